# what is wrong: asks whether the number of rows and columns fits in an index, not the last row and the last column.
# told: numbers_for_indices
r"""Count the zeros of a model, and what they would save.

A weight that is 0 takes four bytes, as any other number does, until the matrix is stored in a format that leaves zeros out.
Such a format has to say where the others stand. Let a matrix have $m$ rows, $n$ columns and $k$ numbers that are not 0, of
$v$ bytes each, and let an index take $i$ bytes. Then

$$\text{dense} = v\,mn, \qquad \text{bitmap} = v k + \left\lceil \frac{mn}{8} \right\rceil, \qquad
  \text{COO} = (v + 2 i)\, k, \qquad \text{CSR} = (v + i)\, k + i\,(m + 1).$$

The bitmap has one bit for each place. COO, *coordinates*, keeps the row and the column of each number. CSR, *compressed
sparse rows*, keeps its column, and for each row where its numbers begin, with the end of the last one: $m + 1$ indices.

Source: Saad, "Iterative methods for sparse linear systems", 2nd ed. (SIAM 2003), section 3.4; for weights of networks: Han, Mao
and Dally, "Deep compression" (ICLR 2016), section 2.
"""
from typing import NamedTuple

from torch import nn


class Row(NamedTuple):
    """What is known of one Parameter of a model. All of its fields are given in this order."""

    name: str     # as `named_parameters()` has it
    count: int    # how many numbers it has
    zeros: int    # how many of them are 0
    weight: bool  # whether it is the weight of an `nn.Linear`, and of no `nn.Embedding`


def sparsity_table(model: nn.Module) -> list[Row]:
    """A row for each Parameter of `model`, in the order of `model.named_parameters()`.

    A Parameter that several layers share has one row, under its first name: it is one tensor in memory. Buffers, such as the
    running mean of a batch norm, are no Parameters and have no row. `count` and `zeros` are of type int.

    -0.0 is a zero. NaN is none, nor is the smallest number above 0. Parameters may be of any dtype and without elements, and
    none of them is changed.

    `weight` is True where the Parameter is the `weight` of an `nn.Linear`, or of a class derived from it, and of no
    `nn.Embedding`. A matrix that an embedding and the last layer of a model share is the embedding's, whichever of the two
    comes first. (These are the weights that 3.1.2 prunes.)

    >>> model = nn.Sequential(nn.Linear(3, 2), nn.LayerNorm(2))
    >>> _ = nn.init.constant_(model[0].weight, 0.5), nn.init.zeros_(model[0].bias)
    >>> for row in sparsity_table(model):
    ...     print(*row)
    0.weight 6 0 True
    0.bias 2 2 False
    1.weight 2 0 False
    1.bias 2 2 False
    """
    linears, embeddings = [], []
    for layer in model.modules():
        if isinstance(layer, nn.Linear):
            linears.append(layer)
        if isinstance(layer, nn.Embedding):
            embeddings.append(layer)

    table = []
    for name, parameter in model.named_parameters():
        in_linear = any(layer.weight is parameter for layer in linears)
        in_embedding = any(layer.weight is parameter for layer in embeddings)
        zeros = parameter.detach().eq(0).sum().item()
        table.append(Row(name=name, count=parameter.numel(), zeros=zeros, weight=in_linear and not in_embedding))
    return table


def zero_share(rows: list[Row], *, weights_only: bool = False) -> float:
    """The share of zeros among all numbers of `rows`, or among those of rows in which `weight` is True.

    It is the quotient of two sums, from 0 to 1, and 0.0 where there are no numbers at all.

    >>> rows = [Row("embedding.weight", 600, 0, False), Row("linear.weight", 200, 100, True)]
    >>> zero_share(rows), zero_share(rows, weights_only=True)
    (0.125, 0.5)
    """
    zeros = count = 0
    for row in rows:
        if weights_only and not row.weight:
            continue
        zeros += row.zeros
        count += row.count
    if count == 0:
        return 0.0
    return zeros / count


def storage(rows: int, columns: int, nonzeros: int, *, value_bytes: int = 4, index_bytes: int = 4) -> dict[str, int]:
    """The bytes that a matrix takes in each format, by the formulas at the top of this file.

    The keys are "dense", "bitmap", "coo" and "csr". `rows` and `columns` may be 0. Indices are numbers without a sign: with
    `index_bytes` they go from 0 to 256**index_bytes - 1.

    >>> storage(384, 1536, 294_912)                  # half of the numbers are 0
    {'dense': 2359296, 'bitmap': 1253376, 'coo': 3538944, 'csr': 2360836}

    Raises ValueError where `rows`, `columns` or `nonzeros` is negative, where there are more `nonzeros` than places, where
    `value_bytes` or `index_bytes` is below 1, and where an index does not fit: the last row, the last column, or `nonzeros`,
    at which CSR's last row ends.
    """
    if min(rows, columns, nonzeros) < 0:
        raise ValueError("negative size")
    if nonzeros > rows * columns:
        raise ValueError("more numbers than places")
    if min(value_bytes, index_bytes) < 1:
        raise ValueError("less than a byte")
    if max(rows, columns, nonzeros) >= 256**index_bytes:
        raise ValueError("an index does not fit")
    values = value_bytes * nonzeros
    bits = rows * columns
    return dict(
        dense=value_bytes * bits,
        bitmap=values + bits // 8 + (bits % 8 > 0),
        coo=values + 2 * index_bytes * nonzeros,
        csr=values + index_bytes * nonzeros + index_bytes * (rows + 1),
    )


def break_even(rows: int, columns: int, format: str, *, value_bytes: int = 4, index_bytes: int = 4) -> int | None:
    """How many zeros a matrix needs, at least, so that the format takes *fewer* bytes than dense.

    `format` is "bitmap", "coo" or "csr".

    None where no number of zeros is enough: a matrix of one column in CSR, for example, has a beginning for each row, which
    takes as much as the numbers do.

    `rows` and `columns` are such that each index fits, whatever the number of zeros is.

    >>> zeros = break_even(384, 1536, "csr")
    >>> zeros, round(zeros / (384 * 1536), 4)
    (295105, 0.5003)

    Raises ValueError where `format` is none of the three.
    """
    if format not in ("bitmap", "coo", "csr"):
        raise ValueError(f"format is {format!r}")

    def smaller(zeros: int) -> bool:
        sizes = storage(rows, columns, places - zeros, value_bytes=value_bytes, index_bytes=index_bytes)
        return sizes[format] < sizes["dense"]

    places = rows * columns
    if not smaller(places):
        return None
    low, high = 0, places       # high zeros are enough
    while low < high:
        middle = (low + high) // 2
        if smaller(middle):
            high = middle
        else:
            low = middle + 1
    return high
