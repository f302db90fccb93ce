"""What learners get wrong in `sparsity`, and what to tell them."""
# ruff: noqa: F821  (a mistake's code uses the names of the module that it is put into)
from grader.judge.mistakes import mistake

# ── The table ───────────────────────────────────────────────────────────────────────────────────────────────────

ZEROS = "int((parameter == 0).sum())"
WEIGHT = "id(parameter) in linear - looked_up"
NAMED = "in model.named_parameters()]"

mistake("sparsity.sparsity_table", """Your table counts numbers that are small as zeros. A number close to 0 takes part in every
    product, and a sparse format has to keep it: only what is equal to 0 is left out.""", name="counts_small_numbers",
        replace=ZEROS, by="int((parameter.abs() < 1e-6).sum())",
        forms=[{"replace": ZEROS, "by": "int(parameter.isclose(parameter.new_zeros(())).sum())"},
               {"replace": ZEROS, "by": "parameter.numel() - int((parameter.abs() > 1e-8).sum())"}])

mistake("sparsity.sparsity_table", """Your table does not count NaN as it is meant. NaN is no zero, and it is neither above nor
    below 0: ask which numbers are equal to 0, and not which ones differ from it by their sign.""", name="takes_nan_for_zero",
        replace=ZEROS, by="parameter.numel() - int((parameter > 0).sum()) - int((parameter < 0).sum())",
        forms=[{"replace": ZEROS, "by": "parameter.numel() - int((parameter.abs() > 0).sum())"}])

mistake("sparsity.sparsity_table", """Your table says for `zeros` how many numbers are not 0.""", name="counts_the_others",
        replace=ZEROS, by="int(parameter.count_nonzero())",
        forms=[{"replace": ZEROS, "by": "int((parameter != 0).sum())"}])

mistake("sparsity.sparsity_table", """Your table has a tensor in a field where an int is to be. It prints alike, but it keeps the
    dtype and the device of a tensor wherever it goes: `int(...)` or `.item()` makes a number of it.""", name="leaves_tensors",
        replace=ZEROS, by="(parameter == 0).sum()")

mistake("sparsity.sparsity_table", """Your table has a Parameter that layers share twice. It is one tensor in memory, and who adds
    the rows up would count it twice. `named_parameters()` without further arguments has each once.""",
        name="counts_shared_twice", replace=NAMED, by="in model.named_parameters(remove_duplicate=False)]",
        forms=[{"replace": NAMED, "by": """in ((f"{path}.{name}" if path else name, parameter)
                for path, layer in model.named_modules(remove_duplicate=False)
                for name, parameter in layer.named_parameters(recurse=False))]"""}])

mistake("sparsity.sparsity_table", """Your table has rows for buffers. A buffer, such as a running mean or a mask, is not learned,
    and no Parameter: `state_dict()` has both, `named_parameters()` only the Parameters.""", name="counts_buffers",
        replace=NAMED, by="in [*model.named_parameters(), *model.named_buffers()]]")

mistake("sparsity.sparsity_table", """Your table leaves out Parameters. Biases, norms and embeddings have a row too: what they
    take is a part of the model's size.""", name="lists_weights_only", replace=NAMED,
        by='in model.named_parameters() if name.endswith("weight")]',
        forms=[{"replace": NAMED, "by": "in model.named_parameters() if parameter.ndim > 1]"},
               {"replace": NAMED, "by": "in model.named_parameters() if id(parameter) in linear - looked_up]"}])

mistake("sparsity.sparsity_table", """Your table goes by the name or the shape of a Parameter to say whether it is the weight of a
    Linear layer. Norms and embeddings call theirs `weight` too, and theirs may be matrices: ask the layers.""",
        name="goes_by_names", replace=WEIGHT, by='name.endswith("weight")',
        forms=[{"replace": WEIGHT, "by": "parameter.ndim == 2"},
               {"replace": WEIGHT, "by": 'name.endswith("weight") and parameter.ndim == 2'}])

mistake("sparsity.sparsity_table", """Your table has `weight` True for a matrix that an embedding and a Linear layer share. It is
    the embedding's, whichever of the two comes first in the model.""", name="forgets_embeddings", replace=WEIGHT,
        by="id(parameter) in linear",
        forms=[{"replace": WEIGHT, "by": """next((isinstance(layer, nn.Linear) for layer in model.modules()  # who comes first decides
                  if isinstance(layer, (nn.Linear, nn.Embedding)) and layer.weight is parameter), False)"""}])

mistake("sparsity.sparsity_table", """Your table has `weight` False for the weight of a layer whose class is derived from
    `nn.Linear`. `isinstance` is true of it too; `type(layer)` is another class.""", name="compares_types",
        replace="if isinstance(layer, nn.Linear)", by="if type(layer) is nn.Linear")

mistake("sparsity.sparsity_table", """Your table has `weight` True for Parameters whose numbers are equal to those of a Linear layer.
    Which tensor it is, is a question about identity: `is`, or `id(...)`.""", name="compares_numbers", replace=WEIGHT,
        by="""any(parameter.shape == layer.weight.shape and bool((parameter == layer.weight).all()) for layer in model.modules()
             if isinstance(layer, nn.Linear)) and id(parameter) not in looked_up""")

# ── The share ───────────────────────────────────────────────────────────────────────────────────────────────────

SHARE = "sum(row.zeros for row in counted) / count if count else 0.0"

mistake("sparsity.zero_share", """Your zero_share is the mean of the rows' shares, in which a bias of 4 numbers weighs as much as a
    matrix of 4,000. It is the quotient of two sums: all zeros over all numbers.""", name="averages_shares", replace=SHARE,
        by="(sum(row.zeros / row.count for row in counted if row.count) / len(counted)) if count else 0.0",
        forms=[{"replace": SHARE, "by": """(sum(row.zeros / row.count for row in counted if row.count)
                                            / len([row for row in counted if row.count])) if count else 0.0"""}])

mistake("sparsity.zero_share", """Your zero_share divides by 0 where there are no numbers. The share is 0.0 then.""",
        name="divides_by_zero", replace=SHARE, by="sum(row.zeros for row in counted) / count")

mistake("sparsity.zero_share", """Your zero_share takes the zeros of the weights and divides by all numbers. With `weights_only`
    both sums are over the same rows.""", name="mixes_denominators", replace="count = sum(row.count for row in counted)",
        by="count = sum(row.count for row in rows)")

mistake("sparsity.zero_share", """Your zero_share counts all rows, also with `weights_only`.""", name="ignores_weights_only",
        replace="[row for row in rows if row.weight or not weights_only]", by="rows")

mistake("sparsity.zero_share", """Your zero_share gives the share of the numbers that are not 0.""", name="share_of_the_others",
        replace=SHARE, by="1 - sum(row.zeros for row in counted) / count if count else 0.0")

# ── The formats ─────────────────────────────────────────────────────────────────────────────────────────────────

BITMAP, COO, CSR = "(places + 7) // 8,", "(value_bytes + 2 * index_bytes) * nonzeros", "index_bytes * (rows + 1)"

mistake("sparsity.storage", """Your bitmap takes a byte for each place. It takes a bit: eight places share a byte.""",
        name="bytes_for_bits", replace=BITMAP, by="places,")

mistake("sparsity.storage", """Your bitmap has lost the places of the last byte where their number is no multiple of 8. Nine bits need
    two bytes: round up.""", name="bits_rounded_down", replace=BITMAP, by="places // 8,")

mistake("sparsity.storage", """Your storage gives a number of bytes that is a float. Bytes are counted: `//` divides integers, and
    rounding up is `(n + 7) // 8`.""", name="bytes_are_floats", replace=BITMAP, by="places / 8,",
        forms=[{"replace": BITMAP, "by": "(places + 7) / 8,"}])

mistake("sparsity.storage", """Your COO has one index for each number. A place in a matrix is a row and a column: two.""",
        name="coo_with_one_index", replace=COO, by="(value_bytes + index_bytes) * nonzeros")

mistake("sparsity.storage", """Your CSR has an index for each row. It keeps where each row begins *and* where the last one ends:
    `rows + 1` indices.""", name="csr_without_the_end", replace=CSR, by="index_bytes * rows")

mistake("sparsity.storage", """Your CSR keeps a beginning for each column. Its rows are what is compressed: it has `rows + 1`
    beginnings, and the column of each number.""", name="csc_for_csr", replace=CSR, by="index_bytes * (columns + 1)")

mistake("sparsity.storage", """Your CSR leaves out where rows begin. Without these `rows + 1` indices nobody knows to which row a
    column index belongs.""", name="csr_without_beginnings", replace="(value_bytes + index_bytes) * nonzeros + index_bytes * (rows + 1)",
        by="(value_bytes + index_bytes) * nonzeros")

mistake("sparsity.storage", """Your storage does not ask whether indices fit. One byte tells 256 columns apart, and where CSR's last row
    ends, `nonzeros`, has to fit as well.""", name="never_asks_for_room",
        replace="if max(rows - 1, columns - 1, nonzeros) > 256**index_bytes - 1:", by="if False:",
        forms=[{"replace": "max(rows - 1, columns - 1, nonzeros)", "by": "max(rows - 1, columns - 1)"}])

mistake("sparsity.storage", """Your storage asks whether the *number* of rows or columns fits in an index. What is stored is the place of each, from 0 on: the
    last of 256 columns has the index 255, for which one byte is enough.""", name="numbers_for_indices",
        replace="max(rows - 1, columns - 1, nonzeros)", by="max(rows, columns, nonzeros)")

# ── Where it pays ───────────────────────────────────────────────────────────────────────────────────────────────

MOST = "most = (dense - fixed - 1) // each"

mistake("sparsity.break_even", """Your break_even has the number of zeros at which the two take the same, where they can. Fewer bytes are
    asked for: one step further where both are equal.""", name="equal_is_enough", replace=MOST,
        by="most = (dense - fixed) // each")

mistake("sparsity.break_even", """Your break_even says how many numbers may be left, and not how many zeros there have to be.""",
        name="counts_what_is_left", replace="max(places - most, 0)", by="min(most, places)",
        forms=[{"replace": "max(places - most, 0)", "by": "most"}])

mistake("sparsity.break_even", """Your break_even gives a share or another float. It is a number of zeros, an int, found with integers:
    a share that is rounded is off by a zero or more.""", name="gives_a_share", replace="max(places - most, 0)",
        by="max(places - most, 0) / places")

mistake("sparsity.break_even", """Your break_even has an answer where no number of zeros is enough. What CSR's rows or a bitmap take is there
    even if all numbers are 0; where that alone is as much as dense, the answer is None.""", name="never_none",
        replace="if most >= 0 else None", by="if True else None",
        forms=[{"replace": "max(places - most, 0) if most >= 0 else None", "by": "min(max(places - most, 0), places)"}])
