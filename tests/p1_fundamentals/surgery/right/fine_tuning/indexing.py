"""Boolean indexing, and a list of the places."""
import torch


def gone(model):
    for m in model.modules():
        if "weight_mask" in dict(m.named_buffers(recurse=False)):
            yield m.weight, torch.logical_not(m.weight_mask)


def mask_weights(model):
    for w, off in gone(model):
        w.data[off] = 0.0


def mask_gradients(model):
    for w, off in gone(model):
        if w.grad is None:
            continue
        w.grad[off] = 0.0


def mask_state(model, optimizer):
    for w, off in gone(model):
        if w not in optimizer.state:
            continue
        for key in optimizer.state[w]:
            held = optimizer.state[w][key]
            if torch.is_tensor(held) and held.shape == w.shape:
                held[off] = 0


def everything(model, optimizer):
    mask_weights(model)
    mask_gradients(model)
    mask_state(model, optimizer)


def masked_step(model, optimizer):
    everything(model, optimizer)
    optimizer.step()
    everything(model, optimizer)


def fine_tune(model, optimizer, batches, loss):
    everything(model, optimizer)
    model.train(True)
    history = []
    for x, y in batches:
        optimizer.zero_grad()
        out = loss(model(x), y)
        history.append(float(out))
        out.backward()
        masked_step(model, optimizer)
    return history
