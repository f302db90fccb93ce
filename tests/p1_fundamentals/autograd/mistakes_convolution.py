"""What learners get wrong in `convolution`, and what to tell them.

Some are a whole `conv2d`, written plainly and wrong in one place; the others change one place of the reference.
"""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("convolution.conv2d", """Your conv2d turns the kernel round, as mathematicians (and scipy.signal.convolve2d)
    do. In a neural network the first weight meets the first pixel of the window.""")
def turns_the_kernel_round(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    turned = weight.data[:, :, ::-1, ::-1]
    y = np.einsum("nchwij,fcij->nfhw", windows, turned) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += np.einsum(
                    "nfhw,fc->nchw", g, turned[:, :, i, j])
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows)[:, :, ::-1, ::-1], g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


def overwrites_in_loops_over_windows(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])

    def vjp(g):
        grad = np.zeros_like(padded)
        for h, w in np.ndindex(*y.shape[2:]):
            grad[:, :, stride * h:stride * h + kh, stride * w:stride * w + kw] = np.einsum(
                "nf,fcij->ncij", g[:, :, h, w], weight.data)
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


def overwrites_in_loops_over_windows_and_filters(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])

    def vjp(g):
        grad = np.zeros_like(padded)
        for n, f, h, w in np.ndindex(*y.shape):
            grad[n, :, stride * h:stride * h + kh, stride * w:stride * w + kw] = g[n, f, h, w] * weight.data[f]
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """The value of your conv2d is right, but where several windows or several filters see
    one pixel, the gradient of x keeps only what came last. A pixel collects from every window and every filter that
    saw it: add, do not assign.""",
        forms=[overwrites_in_loops_over_windows, overwrites_in_loops_over_windows_and_filters])
def overwrites_where_windows_overlap(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] = np.einsum(
                    "nfhw,fc->nchw", g, weight.data[:, :, i, j])
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """Your conv2d returns the gradient of the padded image. x has no padding: what the
    zeros around it collected must be cut off again.""")
def returns_the_gradient_of_the_padding(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += np.einsum(
                    "nfhw,fc->nchw", g, weight.data[:, :, i, j])
        gradients = grad, np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """Your conv2d cuts the padding off with `padding:-padding`. For padding 0 that is
    `0:-0`, which is `0:0` and takes nothing at all: count both ends from the front.""")
def cuts_everything_off(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += np.einsum(
                    "nfhw,fc->nchw", g, weight.data[:, :, i, j])
        gradients = (grad[:, :, padding:-padding, padding:-padding],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """On the way back your conv2d forgets the stride. Window h began at pixel s·h, and
    there its gradient belongs; you put the windows side by side.""")
def forgets_the_stride_on_the_way_back(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + rows, j:j + columns] += np.einsum("nfhw,fc->nchw", g, weight.data[:, :, i, j])
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """Your conv2d flattens windows and weights in different orders: the windows with the
    channel last, the weights with the channel first. Each number then meets the weight of another place.""")
def mixes_up_the_order_in_the_columns(x, weight, bias=None, *, stride=1, padding=0):
    (batch, channels, height, width), (filters, wanted, kh, kw) = x.shape, weight.shape
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    rows, columns = windows.shape[2:4]
    flat = windows.transpose(4, 5, 1, 0, 2, 3).reshape(kh * kw * channels, batch * rows * columns)
    y = (weight.data.reshape(filters, -1) @ flat).reshape(filters, batch, rows, columns).swapaxes(0, 1)
    y = y if bias is None else y + bias.data[:, None, None]

    def vjp(g):
        G = g.swapaxes(0, 1).reshape(filters, -1)
        pieces = (weight.data.reshape(filters, -1).T @ G).reshape(kh, kw, channels, batch, rows, columns)
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                piece = pieces[i, j].swapaxes(0, 1)
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += piece
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     (G @ flat.T).reshape(weight.shape), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """The product of weights and columns in your conv2d has the filters first and the
    batch second. A reshape to (batch, filters, …) only relabels the numbers; to move an axis takes a transpose.""",
         forms=[{"replace": "reshape(filters, batch, out_height, out_width).transpose(1, 0, 2, 3)",
                 "by": "reshape(batch, filters, out_height, out_width)"}])
def relabels_batch_and_filters(x, weight, bias=None, *, stride=1, padding=0):
    (batch, channels, height, width), (filters, wanted, kh, kw) = x.shape, weight.shape
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    rows, columns = windows.shape[2:4]
    flat = windows.transpose(1, 4, 5, 0, 2, 3).reshape(channels * kh * kw, batch * rows * columns)
    y = (weight.data.reshape(filters, -1) @ flat).reshape(batch, filters, rows, columns)
    y = y if bias is None else y + bias.data[:, None, None]

    def vjp(g):
        G = g.reshape(filters, -1)
        pieces = (weight.data.reshape(filters, -1).T @ G).reshape(channels, kh, kw, batch, rows, columns)
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                piece = pieces[:, i, j].swapaxes(0, 1)
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += piece
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     (G @ flat.T).reshape(weight.shape), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """Your conv2d takes the mean of the batch for the gradient of the bias. It is the sum:
    the mean belongs to the loss, which has seen to it already.""")
def averages_the_gradient_of_the_bias(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += np.einsum(
                    "nfhw,fc->nchw", g, weight.data[:, :, i, j])
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.mean(axis=0).sum(axis=(1, 2)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """Your conv2d does not look whether x and weight fit. Where the weight has one
    channel, NumPy broadcasts it over all of x and says nothing; elsewhere it complains in words of its own, without
    the two shapes.""")
def leaves_it_to_numpy(x, weight, bias=None, *, stride=1, padding=0):
    (height, width), (kh, kw) = x.shape[2:], weight.shape[2:]
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += np.einsum(
                    "nfhw,fc->nchw", g, weight.data[:, :, i, j])
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


mistake("convolution.conv2d", """The product of columns and weights in your conv2d has the filters last: (batch,
    height, width, filters). A reshape to (batch, filters, height, width) only relabels the numbers; to move the
    filters takes a transpose.""", name="relabels_filters_that_are_last",
        replace="y.reshape(filters, batch, out_height, out_width).transpose(1, 0, 2, 3)",
        by="y.T.reshape(batch, filters, out_height, out_width)")

mistake("convolution.conv2d", """The value of your conv2d is right, but on the way back you reshape g to (filters, …)
    at once. Its first axis is the batch: a reshape only relabels the numbers, and to move an axis takes a transpose.""",
        name="relabels_the_gradient", replace="g.transpose(1, 0, 2, 3).reshape(filters, columns.shape[1])",
        by="g.reshape(filters, columns.shape[1])")


def swaps_them_in_one_einsum(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        pieces = np.einsum("fcij,nchw->nfhwij", weight.data, g)
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += pieces[..., i, j]
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


def swaps_them_in_an_optimized_einsum(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += np.einsum(
                    "fc,nchw->nfhw", weight.data[:, :, i, j], g, optimize=True)
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


@mistake("convolution.conv2d", """On the way back to x your conv2d lets the second axis of the weight, its channels,
    meet the filters of g. Each axis meets its own: ∂L/∂x for channel c is a sum of W[f, c] g[f] over the filters f.""",
         forms=[swaps_them_in_one_einsum, swaps_them_in_an_optimized_einsum])
def swaps_filters_and_channels_on_the_way_back(x, weight, bias=None, *, stride=1, padding=0):
    (channels, height, width), (wanted, kh, kw) = x.shape[1:], weight.shape[1:]
    if channels != wanted or kh > height + 2 * padding or kw > width + 2 * padding:
        raise ValueError(f"x {x.shape} and weight {weight.shape} do not fit")
    padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))
    windows = sliding_window_view(padded, (kh, kw), axis=(2, 3))[:, :, ::stride, ::stride]
    y = np.einsum("nchwij,fcij->nfhw", windows, weight.data) + (0 if bias is None else bias.data[:, None, None])
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(padded)
        for i in range(kh):
            for j in range(kw):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += np.einsum(
                    "nchw,fc->nfhw", g, weight.data[:, :, i, j])
        gradients = (grad[:, :, padding:padding + height, padding:padding + width],
                     np.einsum("nfhw,nchwij->fcij", g, windows), g.sum(axis=(0, 2, 3)))
        return gradients[:2] if bias is None else gradients

    return record(y, (x, weight) if bias is None else (x, weight, bias), vjp)


CHECKS = """if channels != weight_channels:
        raise ValueError(f"weight {weight.shape} is for {weight_channels} channels; x {x.shape} has {channels}")
    if kernel_height > height + 2 * padding or kernel_width > width + 2 * padding:
        raise ValueError(f"the kernel of weight {weight.shape} is larger than x {x.shape} with padding {padding}")"""

mistake("convolution.conv2d", """The message of your conv2d holds the shape of the padded x. Whoever reads it has
    passed x as it came: show that shape.""", name="shows_the_padded_shape", replace=CHECKS,
        by="""padded_shape = batch, channels, height + 2 * padding, width + 2 * padding
    if channels != weight_channels or kernel_height > padded_shape[2] or kernel_width > padded_shape[3]:
        raise ValueError(f"x {padded_shape} and weight {weight.shape} do not fit")""")

mistake("convolution.conv2d", """Your conv2d leaves it to NumPy to refuse a kernel that is larger than the padded
    image, in words that hold neither of the two shapes. Compare them before, in both directions.""",
        name="checks_only_the_channels",
        replace="if kernel_height > height + 2 * padding or kernel_width > width + 2 * padding:", by="if False:",
        forms=[{"replace": "> height + 2 * padding or kernel_width", "by": "> height + 2 * padding and kernel_width"}])

mistake("convolution.conv2d", """Your conv2d refuses kernels that are larger than x, but not larger than x with its
    padding. The zeros around the image count: the height is height + 2p, and the width likewise.""",
        name="refuses_what_fits_into_the_padding",
        replace="kernel_height > height + 2 * padding or kernel_width > width + 2 * padding",
        by="kernel_height > height or kernel_width > width")

mistake("convolution.conv2d", """The gradient of the bias in your conv2d is summed over the batch alone. A filter has
    one bias for all places: sum over the height and the width as well.""", name="sums_the_bias_over_the_batch_alone",
        replace="G.sum(axis=1)", by="g.sum(axis=0)")

mistake("convolution.conv2d", """The gradient of x in your conv2d is float64 for a float32 tensor: np.zeros makes
    float64 unless it is told otherwise.""",
        name="gradient_in_float64", replace="np.zeros_like(padded)", by="np.zeros(padded.shape)")

NEW_ZEROS = "grad_padded = np.zeros_like(padded)"
SHAPE_OF_Y = "y = y.reshape(filters, batch, out_height, out_width).transpose(1, 0, 2, 3)"
PADS = "padded = np.pad(x.data, ((0, 0), (0, 0), (padding, padding), (padding, padding)))"

mistake("convolution.conv2d", """Your conv2d adds the bias along the width. NumPy lays (filters,) along the last axis,
    and y has its filters in the second: they meet in the shape (filters, 1, 1).""",
        name="adds_the_bias_along_the_width",
        replace=SHAPE_OF_Y, by=SHAPE_OF_Y + """
    if bias is not None:
        y = (y - bias.data[:, None, None]) + bias.data""")

mistake("convolution.conv2d", """The value of your conv2d is right, but on the way back to x the kernel is turned
    round. Place (i, j) of a window gave W[f, c, i, j] times its pixel, so it gets W[f, c, i, j] times g. (Turned
    kernels belong to the other way to write this, as a convolution of g.)""", name="turns_the_kernel_on_the_way_back",
        replace="grad_columns[:, i, j].swapaxes", by="grad_columns[:, kernel_height - 1 - i, kernel_width - 1 - j].swapaxes")

mistake("convolution.conv2d", """The gradient of x in your conv2d is only as large as what the windows reach. It has
    the shape of x: pixels of the right and lower border that no whole window reaches get a 0.""",
        name="loses_the_border",
        replace=NEW_ZEROS, by="""grad_padded = np.zeros((batch, channels, stride * (out_height - 1) + kernel_height,
                                stride * (out_width - 1) + kernel_width), g.dtype)""")

mistake("convolution.conv2d", """Your conv2d goes through the pixels in the order in which they lie in memory. Of a
    view, such as a transpose, that is not the order of its axes, and pixels are mixed up: ravel without order="K" or
    "A", and take no strides for granted.""",
        name="reads_in_the_order_of_memory", replace=PADS, by=PADS + """
    if not padding:
        padded = x.data.ravel(order="K").reshape(x.shape)""",
        forms=[{"replace": PADS, "by": PADS.replace("x.data", "x.data.ravel(order='K').reshape(x.shape)")}])

mistake("convolution.conv2d", """Your conv2d forgets its stride: the windows are one pixel apart, whatever was asked
    for.""",
        name="forgets_the_stride", replace="batch, channels, height, width = x.shape", by="stride = 1; batch, channels, height, width = x.shape")

mistake("convolution.conv2d", """Your conv2d puts zeros around the batch and the channels too: np.pad with one number
    pads every axis. Only the height and the width get a border.""",
        name="pads_every_axis", replace=PADS, by="padded = np.pad(x.data, padding)")

mistake("convolution.conv2d", """The gradient of the weight in your conv2d is a mean over the batch. It is the sum:
    the mean belongs to the loss, which has seen to it already.""", name="averages_the_gradient_of_the_weight",
        replace="(G @ columns.T).reshape(weight.shape)", by="(G @ columns.T).reshape(weight.shape) / batch")

mistake("convolution.conv2d", """The gradient of the bias in your conv2d has further axes of length 1. It has the
    shape of the bias, (filters,): sum without keepdims.""", name="keeps_axes_of_the_bias", replace="G.sum(axis=1)",
        by="g.sum(axis=(0, 2, 3), keepdims=True)", forms=[
            {"replace": "G.sum(axis=1)", "by": "G.sum(axis=1, keepdims=True)"},
            {"replace": "G.sum(axis=1)", "by": "G.sum(axis=1)[:, None, None]"}])

mistake("convolution.conv2d", """A second call of the vjp of your conv2d returns the gradients of both calls together.
    It adds to the array of the first: make the zeros anew in each call.""", name="makes_the_zeros_once",
        replace=NEW_ZEROS, by="grad_padded = vars(vjp).setdefault('kept', np.zeros_like(padded))")

mistake("convolution.conv2d", """Your conv2d returns float64 for float32 operands: np.zeros and np.empty make float64
    unless they are told otherwise.""", name="value_in_float64", replace=SHAPE_OF_Y, by=SHAPE_OF_Y + """
    y = np.zeros(y.shape) + y""")

mistake("convolution.conv2d", """The gradient of the weight in your conv2d is float64 for float32 operands: np.zeros
    makes float64 unless it is told otherwise.""",
        name="gradient_of_the_weight_in_float64", replace="(G @ columns.T).reshape(weight.shape)",
        by="np.zeros(weight.shape) + (G @ columns.T).reshape(weight.shape)")

mistake("convolution.conv2d", """Where the weight has one channel and x has several, your conv2d lays the one over all
    of them, as NumPy does. Whatever differs in the number of channels is an error: raise ValueError, with both
    shapes.""", name="stretches_one_channel",
        replace="if channels != weight_channels:", by="""if weight_channels == 1 and channels > 1:
        weight, weight_channels = Tensor(np.repeat(weight.data, channels, axis=1)), channels
    if channels != weight_channels:""")
