"""What learners get wrong in `pooling`, and what to tell them.

Some are a whole `max_pool2d`, wrong in one place; the others change one place of the reference.
"""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake


@mistake("pooling.max_pool2d", """Where several pixels of a window are the largest, your max_pool2d gives each of
    them the whole gradient, so that more flows back than came in. Only the first of them was chosen.""")
def pays_all_equals_in_full(x, size, *, stride=None):
    stride = stride or size
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    y = windows.max(axis=(4, 5))
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(x.data)
        for i in range(size):
            for j in range(size):
                place = grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride]
                place += g * (windows[..., i, j] == y)
        return (grad,)

    return record(y, (x,), vjp)


@mistake("pooling.max_pool2d", """Where several pixels of a window are the largest, your max_pool2d shares the
    gradient among them. That is what `max` in `reductions` does; here the first of them gets all of it.""")
def shares_among_equals(x, size, *, stride=None):
    stride = stride or size
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    y = windows.max(axis=(4, 5))
    equals = (windows == y[..., None, None]).sum(axis=(4, 5), dtype=x.dtype)
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(x.data)
        for i in range(size):
            for j in range(size):
                place = grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride]
                place += g / equals * (windows[..., i, j] == y)
        return (grad,)

    return record(y, (x,), vjp)


@mistake("pooling.max_pool2d", """Where several pixels of a window are the largest, your max_pool2d chooses the last
    of them: a later one takes over already where it is equal, not only where it is larger.""")
def chooses_the_last(x, size, *, stride=None):
    stride = stride or size
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    y, chosen = windows[..., 0, 0], np.zeros(windows.shape[:4], int)
    for place in range(1, size * size):
        value = windows[..., place // size, place % size]
        chosen = np.where(value >= y, place, chosen)
        y = np.maximum(value, y)
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(x.data)
        for i in range(size):
            for j in range(size):
                place = grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride]
                place += np.where(chosen == i * size + j, g, 0)
        return (grad,)

    return record(y, (x,), vjp)


@mistake("pooling.max_pool2d", """Where windows overlap, one pixel can be the largest of several, and the gradient
    of your max_pool2d keeps only what came last. With `grad[index] = g` or `grad[index] += g` an index that occurs
    twice counts once; what the windows hand over must add up.""")
def counts_a_pixel_once(x, size, *, stride=None):
    stride = stride or size
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.ogrid[tuple(slice(length) for length in chosen.shape)]
    index = n, c, stride * h + chosen // size, stride * w + chosen % size

    def vjp(g):
        grad = np.zeros_like(x.data)
        grad[index] += g
        return (grad,)

    return record(x.data[index], (x,), vjp)


def forgets_the_stride_in_loops(x, size, *, stride=None):
    (height, width) = x.shape[2:]
    if size > min(height, width):
        raise ValueError(f"size {size} is too large for {x.shape}")
    y = np.empty((*x.shape[:2], height // size, width // size), x.dtype)
    for n, c, h, w in np.ndindex(*y.shape):
        y[n, c, h, w] = x.data[n, c, size * h:size * h + size, size * w:size * w + size].max()

    def vjp(g):
        grad = np.zeros_like(x.data)
        for n, c, h, w in np.ndindex(*y.shape):
            window = x.data[n, c, size * h:size * h + size, size * w:size * w + size]
            i, j = divmod(int(window.argmax()), size)
            grad[n, c, size * h + i, size * w + j] += g[n, c, h, w]
        return (grad,)

    return record(y, (x,), vjp)


@mistake("pooling.max_pool2d", """Your max_pool2d never looks at its stride: the windows are `size` apart, whatever
    was asked for.""",
        forms=[{"replace": "size if stride is None else stride", "by": "size"}, forgets_the_stride_in_loops])
def forgets_the_stride(x, size, *, stride=None):
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::size, ::size]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.ogrid[tuple(slice(length) for length in chosen.shape)]
    index = n, c, size * h + chosen // size, size * w + chosen % size

    def vjp(g):
        grad = np.zeros_like(x.data)
        np.add.at(grad, index, g)
        return (grad,)

    return record(x.data[index], (x,), vjp)


@mistake("pooling.max_pool2d", """Where no stride is given, your max_pool2d moves the window by one pixel. The
    stride of pooling is then the size of the window, unlike that of a convolution.""")
def moves_by_one_pixel(x, size, *, stride=None):
    stride = stride or 1
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.ogrid[tuple(slice(length) for length in chosen.shape)]
    index = n, c, stride * h + chosen // size, stride * w + chosen % size

    def vjp(g):
        grad = np.zeros_like(x.data)
        np.add.at(grad, index, g)
        return (grad,)

    return record(x.data[index], (x,), vjp)


@mistake("pooling.max_pool2d", """Your max_pool2d sends the gradient to the right place of the window, mirrored: row
    and column are swapped. In reading order place p of a window lies in row p // size and column p % size.""")
def swaps_row_and_column(x, size, *, stride=None):
    stride = stride or size
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.ogrid[tuple(slice(length) for length in chosen.shape)]

    def vjp(g):
        grad = np.zeros_like(x.data)
        np.add.at(grad, (n, c, stride * h + chosen % size, stride * w + chosen // size), g)
        return (grad,)

    return record(windows.max(axis=(4, 5)), (x,), vjp)


@mistake("pooling.max_pool2d", """Your max_pool2d also takes the windows that reach beyond the border, and fills
    them up. Only whole windows count: what they do not reach is left out.""")
def takes_windows_beyond_the_border(x, size, *, stride=None):
    stride = stride or size
    (height, width) = x.shape[2:]
    if size > min(height, width):
        raise ValueError(f"size {size} is too large for {x.shape}")
    more = ((0, 0), (0, 0), (0, (size - height) % stride), (0, (size - width) % stride))
    padded = np.pad(x.data, more, constant_values=-np.inf)
    windows = sliding_window_view(padded, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.ogrid[tuple(slice(length) for length in chosen.shape)]
    index = n, c, stride * h + chosen // size, stride * w + chosen % size

    def vjp(g):
        grad = np.zeros_like(padded)
        np.add.at(grad, index, g)
        return (grad[:, :, :height, :width],)

    return record(padded[index], (x,), vjp)


@mistake("pooling.max_pool2d", """Your max_pool2d gives the gradient to all pixels of a window. Only the largest
    made it into the result, so it alone gets the gradient.""")
def pays_the_whole_window(x, size, *, stride=None):
    stride = stride or size
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    y = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride].max(axis=(4, 5))
    rows, columns = y.shape[2:]

    def vjp(g):
        grad = np.zeros_like(x.data)
        for i in range(size):
            for j in range(size):
                grad[:, :, i:i + stride * rows:stride, j:j + stride * columns:stride] += g
        return (grad,)

    return record(y, (x,), vjp)


@mistake("pooling.max_pool2d", """Where the window is larger than the image in one direction, your max_pool2d leaves
    it to NumPy to complain, in words that name neither the size nor the shape of x. Ask before, for the height and
    for the width.""", forms=[{"replace": "size > height or size > width", "by": "size > height"},
                      {"replace": "size > height or size > width", "by": "size > height and size > width"}])
def leaves_it_to_numpy(x, size, *, stride=None):
    stride = stride or size
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.ogrid[tuple(slice(length) for length in chosen.shape)]
    index = n, c, stride * h + chosen // size, stride * w + chosen % size

    def vjp(g):
        grad = np.zeros_like(x.data)
        np.add.at(grad, index, g)
        return (grad,)

    return record(x.data[index], (x,), vjp)


def cuts_into_blocks_without_a_stride(x, size, *, stride=None):
    batch, channels, height, width = x.shape
    if size > min(height, width):
        raise ValueError(f"size {size} is too large for {x.shape}")
    blocks = x.data.reshape(batch, channels, height // size, size, width // size, size).swapaxes(3, 4)
    flat = blocks.reshape(*blocks.shape[:4], size * size)

    def vjp(g):
        grad = np.zeros_like(flat)
        np.put_along_axis(grad, flat.argmax(axis=-1)[..., None], g[..., None], axis=-1)
        return (grad.reshape(blocks.shape).swapaxes(3, 4).reshape(x.shape),)

    return record(flat.max(axis=-1), (x,), vjp)


@mistake("pooling.max_pool2d", """Your max_pool2d cuts the image into blocks by a reshape. That works only where both
    sides are multiples of the size; elsewhere NumPy raises ValueError, and pixels that no whole window reaches are to
    be left out.""", forms=[cuts_into_blocks_without_a_stride])
def cuts_into_blocks(x, size, *, stride=None):
    stride = stride or size
    batch, channels, height, width = x.shape
    if size > min(height, width):
        raise ValueError(f"size {size} is too large for {x.shape}")
    if stride == size:
        x.data.reshape(batch, channels, height // size, size, width // size, size)
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.ogrid[tuple(slice(length) for length in chosen.shape)]
    index = n, c, stride * h + chosen // size, stride * w + chosen % size

    def vjp(g):
        grad = np.zeros_like(x.data)
        np.add.at(grad, index, g)
        return (grad,)

    return record(x.data[index], (x,), vjp)


mistake("pooling.max_pool2d", """Your max_pool2d gives 0 for a window of nothing but negative numbers. The largest is
    one of them: a running maximum begins with the first pixel or with -∞, and not with 0.""", name="begins_with_zero",
        replace="places.max(axis=0)", by="places.max(axis=0, initial=0)")

mistake("pooling.max_pool2d", """The gradient of your max_pool2d is float64 for a float32 tensor: np.zeros makes
    float64 unless it is told otherwise.""",
        name="gradient_in_float64", replace="np.zeros_like(x.data)", by="np.zeros(x.shape)")

mistake("pooling.max_pool2d", """A second call of the vjp of your max_pool2d returns the gradients of both calls
    together. It adds to the array of the first: make the zeros anew in each call.""", name="makes_the_zeros_once",
        replace="""def vjp(g):
        _, _, out_height, out_width = out_shape
        grad_x = np.zeros_like(x.data)
""", by="""grad_x = np.zeros_like(x.data)

    def vjp(g):
        _, _, out_height, out_width = out_shape
""")

# ── one place of the reference changed ──────────────────────────────────────────────────────────────────────────────

NEW_ZEROS = "grad_x = np.zeros_like(x.data)"
ADDS = "seen += np.where(chosen == i * size + j, g, 0)"
TOO_LARGE = "size > height or size > width"


def adds_into_a_reshaped_copy(x, size, *, stride=None):
    stride = stride or size
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.indices(chosen.shape)
    places = np.ravel_multi_index((n, c, stride * h + chosen // size, stride * w + chosen % size), x.shape)

    def vjp(g):
        grad = np.zeros_like(x.data)
        np.add.at(grad.reshape(-1), places.ravel(), g.ravel())
        return (grad,)

    return record(windows.max(axis=(4, 5)), (x,), vjp)


mistake("pooling.max_pool2d", """The gradient of your max_pool2d stays 0 where x is a view, such as a transpose.
    np.zeros_like takes over the order of x in memory, and ravel() or reshape of an array in such an order is a copy:
    what is added to the copy is lost.""", name="adds_into_a_copy", replace=ADDS, by="""pass
        flat = grad_x.ravel()
        n, c, h, w = np.indices(chosen.shape)
        where = np.ravel_multi_index((n, c, stride * h + chosen // size, stride * w + chosen % size), x.shape)
        np.add.at(flat, where.ravel(), g.ravel())""", forms=[adds_into_a_reshaped_copy])


def moves_by_two_pixels_by_index(x, size, *, stride=None):
    stride = stride or 2
    if size > min(x.shape[2:]):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    n, c, h, w = np.ogrid[tuple(slice(length) for length in chosen.shape)]
    index = n, c, stride * h + chosen // size, stride * w + chosen % size

    def vjp(g):
        grad = np.zeros_like(x.data)
        np.add.at(grad, index, g)
        return (grad,)

    return record(x.data[index], (x,), vjp)


mistake("pooling.max_pool2d", """Where no stride is given, your max_pool2d moves the window by 2 pixels, whatever its
    size. The stride is then the size, 2 for a window of 2 and 3 for one of 3.""", name="moves_by_two_pixels",
        replace="size if stride is None else stride", by="2 if stride is None else stride",
        forms=[moves_by_two_pixels_by_index])


def returns_nothing_in_loops(x, size, *, stride=None):
    stride = stride or size
    batch, channels, height, width = x.shape
    tops, lefts = range(0, height - size + 1, stride), range(0, width - size + 1, stride)
    y = np.zeros((batch, channels, len(tops), len(lefts)), x.dtype)
    for h, top in enumerate(tops):
        for w, left in enumerate(lefts):
            y[:, :, h, w] = x.data[:, :, top:top + size, left:left + size].max(axis=(2, 3))

    def vjp(g):
        grad = np.zeros_like(x.data)
        for n, c, h, w in np.ndindex(*y.shape):
            window = x.data[n, c, tops[h]:tops[h] + size, lefts[w]:lefts[w] + size]
            i, j = divmod(int(window.argmax()), size)
            grad[n, c, tops[h] + i, lefts[w] + j] += g[n, c, h, w]
        return (grad,)

    return record(y, (x,), vjp)


EMPTY = """if {}:
        raise ValueError(f"a window of size {{size}} is larger than the images of x {{x.shape}}")
    if size > min(height, width):
        return record(np.zeros((*x.shape[:2], 0, 0), x.dtype), (x,), lambda g: (np.zeros_like(x.data),))
    if False:"""

mistake("pooling.max_pool2d", """Where the window is larger than the image in one direction, your max_pool2d returns
    an empty result without a word. Too high or too wide, either alone is enough: ask for both, and raise ValueError.""",
        name="returns_nothing_without_a_word", replace=f"if {TOO_LARGE}:", by=EMPTY.format("size > height and size > width"),
        forms=[returns_nothing_in_loops, {"replace": f"if {TOO_LARGE}:", "by": EMPTY.format("size > height")},
               {"replace": f"if {TOO_LARGE}:", "by": EMPTY.format("size * size > height * width")}])

mistake("pooling.max_pool2d", """Your max_pool2d refuses a window that is exactly as large as the image. It fits once:
    only a larger one is an error.""",
        name="refuses_a_window_that_just_fits", replace=TOO_LARGE, by="size >= height or size >= width")


def multiplies_rows_by_the_height(x, size, *, stride=None):
    stride = stride or size
    height, width = x.shape[2:]
    if size > min(height, width):
        raise ValueError(f"size {size} is too large for {x.shape}")
    windows = sliding_window_view(x.data, (size, size), axis=(2, 3))[:, :, ::stride, ::stride]
    chosen = windows.reshape(*windows.shape[:4], size * size).argmax(axis=-1)
    _, _, h, w = np.indices(chosen.shape)
    places = ((stride * h + chosen // size) * height + stride * w + chosen % size).reshape(-1, h[0, 0].size)

    def vjp(g):
        grad = np.zeros((len(places), height * width), g.dtype)
        for image, (place, gradient) in enumerate(zip(places, g.reshape(places.shape))):
            np.add.at(grad[image], place, gradient)
        return (grad.reshape(x.shape),)

    return record(windows.max(axis=(4, 5)), (x,), vjp)


mistake("pooling.max_pool2d", """The gradient of your max_pool2d lands in the wrong pixels of images that are not
    square. Row by row, the pixel in a row and a column has the number row · width + column: what lies before it is
    whole rows, and a row is as long as the image is wide.""",
        name="counts_rows_by_the_height", replace=ADDS, by="""pass
        _, _, h, w = np.indices(chosen.shape)
        places = (stride * h + chosen // size) * x.shape[2] + stride * w + chosen % size
        flat = np.zeros((x.shape[0] * x.shape[1], x.shape[2] * x.shape[3]), g.dtype)
        for image, place, gradient in zip(flat, places.reshape(len(flat), -1), g.reshape(len(flat), -1)):
            np.add.at(image, place, gradient)
        grad_x = flat.reshape(x.shape)""", forms=[multiplies_rows_by_the_height])

mistake("pooling.max_pool2d", """The gradient of your max_pool2d is only as large as what the windows reach. It has
    the shape of x: pixels of the right and lower border that no whole window reaches get a 0.""",
        name="loses_the_border",
        replace=NEW_ZEROS, by="grad_x = np.zeros((*x.shape[:2], stride * (out_height - 1) + size, stride * (out_width - 1) + size), g.dtype)",
        forms=[{"replace": NEW_ZEROS, "by": "grad_x = np.zeros((*x.shape[:2], size * out_height, size * out_width), g.dtype)"}])

mistake("pooling.max_pool2d", """The largest of a window in your max_pool2d begins with a very negative number. A
    window may hold nothing but numbers below that, -∞ among them: begin with the first pixel, or with -∞.""",
        name="begins_with_a_large_negative_number",
        replace="places.max(axis=0)", by="places.max(axis=0, initial=-1e9)",
        forms=[{"replace": "places.max(axis=0)", "by": f"places.max(axis=0, initial={least})"}
               for least in ("-1e5", "-1e6", "-1e10", "-1e12", "-999999", "np.finfo(x.dtype).min")])

mistake("pooling.max_pool2d", """Of several largest pixels your max_pool2d chooses the first column by column. One
    reads row by row: the window's rows come before its columns when it is flattened.""", name="reads_column_by_column",
        replace="chosen = places.argmax(axis=0)", by="""swapped = places.reshape(size, size, *out_shape).swapaxes(0, 1)
    chosen = swapped.reshape(size * size, *out_shape).argmax(axis=0)
    chosen = chosen % size * size + chosen // size""")

mistake("pooling.max_pool2d", """Where windows overlap, the vjp of your max_pool2d writes over what another window has
    given to a pixel, be it with a 0. A pixel collects from all windows: add, do not assign.""",
        name="writes_over_other_windows",
        replace="seen += np.where", by="seen[...] = np.where")

mistake("pooling.max_pool2d", """The gradient of your max_pool2d is 1 at each chosen pixel, whatever gradient flows
    in. Hand on g of that window: that is the chain rule.""", name="ignores_the_upstream_gradient", replace=ADDS,
        by="seen += (chosen == i * size + j).astype(x.dtype)",
        forms=[{"replace": ADDS, "by": "seen += np.where(chosen == i * size + j, 1, 0)"}])

mistake("pooling.max_pool2d", """Your max_pool2d returns float64 for a float32 tensor: np.zeros and np.empty make
    float64 unless they are told otherwise.""",
        name="value_in_float64", replace="y = places.max(axis=0)", by="y = np.zeros(out_shape) + places.max(axis=0)")

mistake("pooling.max_pool2d", """Your max_pool2d takes the mean of each window. What is kept is the largest of its
    pixels.""",
        name="takes_the_mean", replace="places.max(axis=0)", by="places.mean(axis=0)")

mistake("pooling.max_pool2d", """Your max_pool2d takes the pixel that is largest without its sign. A window may hold
    negative numbers, and of them the largest is the one closest to 0.""", name="takes_the_largest_size",
        replace="""y = places.max(axis=0)
    chosen = places.argmax(axis=0)""", by="""chosen = np.abs(places).argmax(axis=0)
    y = np.take_along_axis(places, chosen[None], axis=0)[0]""")
