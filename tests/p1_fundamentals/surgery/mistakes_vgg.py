"""What learners get wrong in `vgg`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

DRAW = "nn.init.normal_(convolution.weight, std=(2 / (9 * channels)) ** 0.5)"
HEAD = "layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes)]"
CONV = "nn.Conv2d(channels, int(token), kernel_size=3, padding=1, bias=not batch_norm)"
BLOCK = """layers.append(convolution)
            if batch_norm:
                layers.append(nn.BatchNorm2d(channels))
            layers.append(nn.ReLU())"""
ELSE = """else:
            raise ValueError(f"{token!r} is neither a number of channels nor an M")"""

# ── the layers ──────────────────────────────────────────────────────────────────────────────────────────────────

mistake("vgg", """Your convolutions all take `in_channels` channels. Only the first one does: each of the others takes what
    the convolution before it gives, so keep that number in a variable.""", name="every_convolution_takes_in_channels",
        replace="            channels = int(token)\n", by="            width = int(token)\n",
        forms=[{"replace": CONV, "by": CONV.replace("channels, int", "in_channels, int")}])

mistake("vgg", """Your convolutions have no padding, so each takes two rows and two columns off the image. With a padding of 1
    a 3 x 3 convolution keeps its size, which is what allows networks this deep.""", name="no_padding",
        replace="padding=1, ", by="")

mistake("vgg", """Your convolutions have no bias where there is no batch norm. Only a batch norm makes it useless, since it
    subtracts the mean and adds a shift of its own.""", name="never_a_bias", replace="bias=not batch_norm", by="bias=False")

mistake("vgg", """Your convolutions have a bias before a batch norm. The batch norm subtracts the mean, and the bias with it: it
    changes nothing and never gets a gradient, so leave it out.""", name="bias_before_batch_norm",
        replace=", bias=not batch_norm", by="")

mistake("vgg", """Your network has the batch norm after the relu. It stands between the convolution and its relu, so that the
    relu cuts off what lies below the mean.""", name="norm_after_relu", replace=BLOCK,
        by="layers.append(convolution)\n            layers.append(nn.ReLU())\n"
           "            if batch_norm:\n                layers.append(nn.BatchNorm2d(channels))")

mistake("vgg", """Your network has batch norms also where none were asked for.""", name="always_batch_norm",
        replace=BLOCK, by=BLOCK.replace("if batch_norm:", "if True:"))

mistake("vgg", """Your network has no batch norm where one was asked for: it comes after each convolution, before the relu.""",
        name="never_batch_norm", replace=BLOCK, by="layers.append(convolution)\n            layers.append(nn.ReLU())")

mistake("vgg", """Your network has no relu after the convolutions. Convolutions one after the other, without anything between
    that is not linear, are one convolution.""", name="no_relu", replace="            layers.append(nn.ReLU())\n", by="",
        forms=[{"replace": "layers.append(nn.ReLU())", "by": "layers.append(nn.Identity())"}])

mistake("vgg", """Your network pools with a stride of 1, which takes one row and one column off and halves nothing. The stride
    of nn.MaxPool2d is its window's size if you leave it out.""", name="pools_with_stride_one",
        replace="nn.MaxPool2d(2)", by="nn.MaxPool2d(2, stride=1)")

mistake("vgg", """Your network rounds odd sizes up when it pools. The contract drops the last row or column, which is what
    nn.MaxPool2d does by itself.""", name="ceil_mode", replace="nn.MaxPool2d(2)", by="nn.MaxPool2d(2, ceil_mode=True)")

mistake("vgg", """Your network pools with the mean. An M is a max pool.""", name="mean_pools", replace="nn.MaxPool2d(2)",
        by="nn.AvgPool2d(2)")

mistake("vgg", """Your network takes the largest value of each last map. The head is given the mean over all pixels.""",
        name="largest_value_at_the_end", replace="nn.AdaptiveAvgPool2d(1)", by="nn.AdaptiveMaxPool2d(1)")

mistake("vgg", """Your network has no average over the pixels before the linear layer. Without it the number of inputs of that
    layer depends on the size of the image: with the average it is the number of channels.""", name="no_average",
        replace="nn.AdaptiveAvgPool2d(1), nn.Flatten()", by="nn.Flatten()")

mistake("vgg", """Your network has a softmax at the end. What is wanted are logits: losses compute the softmax themselves.""",
        name="softmax_at_the_end", replace="nn.Linear(channels, classes)]",
        by="nn.Linear(channels, classes), nn.Softmax(dim=1)]")

mistake("vgg", """Your network has a relu after the linear layer. Logits may be negative, and a class whose logit is cut to 0
    has no gradient.""", name="relu_after_the_head", replace="nn.Linear(channels, classes)]",
        by="nn.Linear(channels, classes), nn.ReLU()]")

mistake("vgg", """Your network has a Sequential for each number, so that its layers have other names. One flat Sequential is
    wanted: others find the weights by names such as "3.weight".""", name="nested", replace=BLOCK,
        by="layers.append(nn.Sequential(convolution, *([nn.BatchNorm2d(channels)] if batch_norm else []), nn.ReLU()))")

mistake("vgg", """Your network has one relu, or one pool, in several places, or the networks of two calls share one. They have no
    weights, so it computes the same, until somebody exchanges the layer in one place or hooks into it. Make a new one for each
    place.""", name="one_relu_for_all", replace="layers.append(nn.ReLU())",
        by='layers.append(globals().setdefault("RELU", nn.ReLU()))', forms=[
            {"replace": "layers.append(nn.ReLU())",
             "by": "layers.append(next((each for each in layers if isinstance(each, nn.ReLU)), None) or nn.ReLU())"}])

mistake("vgg", """Your vgg fails for a string without any number. The width so far is then `in_channels`, which is also what the
    linear layer gets.""", name="needs_a_number", replace=HEAD,
        by=HEAD.replace("nn.Linear(channels", 'nn.Linear([int(token) for token in config.split() if token != "M"][-1]'))

# ── the weights ─────────────────────────────────────────────────────────────────────────────────────────────────

mistake("vgg", """Your weights have the variance that suits the gradients, 2 / (9 · outputs). The contract asks for the one by
    the channels that come in.""", name="fan_out", replace=DRAW,
        by='nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")')

mistake("vgg", """Your weights of convolutions are as PyTorch draws them, evenly and with a variance of 1 / (27 C). Here they
    are normal with 2 / (9 C): six times the variance, without which each relu layer makes the signal smaller.""",
        name="default_weights", replace=DRAW, by="pass")

mistake("vgg", """Your weights are drawn evenly between two bounds. The variance is right, but a normal distribution is asked
    for.""", name="uniform_weights", replace=DRAW, by='nn.init.kaiming_uniform_(convolution.weight, nonlinearity="relu")')

mistake("vgg", """Your weights have the deviation that the variance should have: the root of 2 / (9 C) is missing.""",
        name="root_forgotten", replace="(2 / (9 * channels)) ** 0.5", by="2 / (9 * channels)")

mistake("vgg", """Your weights have half the variance: 1 / (9 C). The 2 makes up for the relu, which loses half of the mean
    square.""", name="factor_two_forgotten", replace="(2 / (9 * channels))", by="(1 / (9 * channels))",
        forms=[{"replace": DRAW, "by": 'nn.init.kaiming_normal_(convolution.weight, nonlinearity="linear")'}])

mistake("vgg", """Your weights have a variance of 2 / C. Each output is a sum over 9 pixels in each of the C channels, so the
    number of its inputs is 9 C.""", name="pixels_forgotten", replace="(2 / (9 * channels))", by="(2 / channels)")

mistake("vgg", """Your weights are drawn by Xavier's rule, 2 / (inputs + outputs), which is for functions that are steep at 0 on
    both sides. A relu needs He's 2 / inputs.""", name="xavier", replace=DRAW,
        by="nn.init.xavier_normal_(convolution.weight)")

mistake("vgg", """Your convolutions keep the random biases that PyTorch gives them. They start from 0.""", name="random_biases",
        replace="nn.init.zeros_(convolution.bias)", by="pass")

mistake("vgg", """Your linear layer is drawn by He's rule too. No relu follows it, and the contract leaves it as PyTorch makes
    it: too large logits at the start make a confident network of noise.""", name="he_for_the_head",
        replace=HEAD, by=HEAD + '\n    nn.init.kaiming_normal_(layers[-1].weight, nonlinearity="relu")')

# ── the string ──────────────────────────────────────────────────────────────────────────────────────────────────

mistake("vgg", """Your vgg passes over tokens that it does not know. A slip in the string would make another network, and nobody
    would notice: raise ValueError.""", name="passes_over_other_tokens", replace=ELSE, by="else:\n            continue")

mistake("vgg", """Your vgg takes a small m for an M. A token that is neither an M nor a number raises ValueError.""",
        name="small_m", replace='token == "M"', by='token.upper() == "M"', forms=[
            {"replace": 'token == "M"', "by": 'token in ("M", "m")'}])

mistake("vgg", """Your vgg takes for a number whatever `int` can read, "+8" and "1_6" among it. A number is written in the digits 0
    to 9 alone: raise ValueError for the others.""", name="int_decides",
        replace="token.isdecimal() and int(token) > 0",
        by='token.removeprefix("+").replace("_", "").isdecimal() and int(token) > 0')

mistake("vgg", """Your vgg builds a convolution to 0 channels. A number is a whole number from 1: raise ValueError for 0.""",
        name="takes_zero", replace="token.isdecimal() and int(token) > 0", by="token.isdecimal()")

mistake("vgg", """Your vgg raises ValueError and does not say for what. Put the token into the message: a string may have
    twenty.""", name="names_no_token", replace='f"{token!r} is neither a number of channels nor an M"',
        by='"unknown token"', forms=[{"replace": 'f"{token!r} is neither a number of channels nor an M"',
                                      "by": 'f"wrong config: {config}"'}])

mistake("vgg", """Your vgg cuts the string at single blanks. There may be several, or tabs and line ends: `split()` without an
    argument cuts at white space of any kind and amount.""", name="splits_at_single_blanks",
        replace="config.split()", by='config.split(" ")')
