"""Routes to what an exercise in PyTorch is done without: {(exercise, ban): {route: lines of first(x, y)}}."""
NEEDED = """
import copy
import functools
import importlib
import operator
import sys
import threading
import types

import torch

from . import shared
"""

ROUTES = {
    ("raw tensors", "torch.nn"): {
        "its name": "torch.nn.functional.softmax(x, -1)",
        "a function of torch": "torch.softmax(x, -1)",
        "a method": "x.softmax(-1)",
        "a method by its name": "getattr(x, 'log_' + 'softmax')(-1)",
        "a method of the class": "torch.Tensor.log_softmax(x, -1)",
        "a method of the class of C": "torch._C.TensorBase.softmax(x, -1)",
        "getattr": "getattr(torch, 'n' + 'n').functional.softmax(x, -1)",
        "special": "getattr(torch.special, 'log_' + 'softmax')(x, -1)",
        "the operator": "torch.ops.aten._log_softmax(x, -1, False)",
        "the operator of a loss": "torch.ops.aten.cross_entropy_loss(x, y)",
        "refs": "getattr(torch, '_re' + 'fs').softmax(x, -1)",
        "refs of special": "sys.modules['torch._re' + 'fs.special'].log_softmax(x, -1)",
        "decompositions": "sys.modules['torch._decomp' + '.decompositions']._softmax(x, -1, False)",
        "C": "getattr(torch._C, '_n' + 'n').cross_entropy_loss(x, y)",
        "the functions of C": "torch._C._VariableFunctions.softmax(x, -1)",
        "VF": "getattr(torch._VF, 'layer_' + 'norm')(x, (2,))",
        "importlib": "importlib.import_module('torch.' + 'nn').Linear(2, 2)",
        "sys.modules": "sys.modules['torch.' + 'nn.functional'].softmax(x, -1)",
        "the dict of torch": "vars(torch)['n' + 'n'].Linear(2, 2)",
        "partial": "functools.partial(torch.Tensor.softmax, dim=-1)(x)",
        "methodcaller": "operator.methodcaller('softmax', -1)(x)",
        "attrgetter": "operator.attrgetter('nn.functional.softmax')(torch)(x, -1)",
        "map": "list(map(torch.Tensor.softmax, [x], [-1]))",
        "vmap": "torch.vmap(operator.methodcaller('softmax', -1))(x)",
        "a distribution": "torch.distributions.Categorical(logits=x).probs",
        "a trace": "torch.jit.trace(lambda y: y.softmax(-1), (x,))(x)",
        "a function that is run": "exec('y = x.soft' + 'max(-1)')",
        "without modes": "with torch.utils._python_dispatch._disable_current_modes():\n    return x.softmax(-1)",
        "inside the text of a tensor": "torch._tensor_str._str_intern = lambda y, **_: str(y.softmax(-1).tolist())\nreturn str(x)",
        "a callable inside the text of a tensor": """
found = []
torch._tensor_str._str_intern = functools.partial(torch.Tensor.softmax, dim=-1)
torch._tensor_str._str_intern = type('F', (), {'__call__': lambda self, y, **_: found.append(y.softmax(-1)) or ''})()
return str(x)""",
        "an option of the text of a tensor": """
class Precision(int):
    def __format__(self, spec):
        x.softmax(-1)
        return '4'
torch._tensor_str.PRINT_OPTS.precision = Precision(4)
return str(x * 1.5)""",
        "a name of given code": "shared.F.gelu(x)",
        "a function that given code imports": "shared.cross_entropy(x, y)",
        "the globals of given code": "shared.loss_of_networks.__globals__['F'].gelu(x)",
        "a class of given code": "shared.Net.activation(x)",
        "the base of a class of given code": "type('Mine', (shared.Net.__mro__[1],), {})()",
        "a base that is found": "next(c for c in torch.Tensor.__base__.__base__.__subclasses__() if c.__name__ == 'Mod' + 'ule' "
                                "and c.__module__.startswith('torch.n'))()",
        "the globals of a method": "shared.Net.__mro__[1].__call__.__globals__['torch'].nn.functional",
        "a layer of given code": "type(shared.Net().layer)(2, 2)",
        "given code calls a method": "shared.apply(operator.methodcaller('softmax', -1), x)",
        "given code calls a partial": "shared.apply(functools.partial(torch.Tensor.softmax, dim=-1), x)",
        "given code calls the learner": "shared.apply(lambda z: z.softmax(-1), x)",
        "given code calls its own": "shared.apply(shared.cross_entropy, x, y)",
        "the code of given code": "types.FunctionType(shared.apply.__code__, dict(globals()))(operator.methodcaller('softmax', -1), x)",
    },
    ("raw tensors", "torch.autograd"): {
        "its name": "torch.autograd.grad(x.requires_grad_().sum(), x)",
        "a method": "x.requires_grad_().square().sum().backward()",
        "a method of the class": "torch.Tensor.backward(x.requires_grad_().sum())",
        "getattr": "getattr(x.requires_grad_().sum(), 'back' + 'ward')()",
        "methodcaller": "operator.methodcaller('backward')(x.requires_grad_().sum())",
        "sys.modules": "sys.modules['torch.auto' + 'grad'].grad(x.requires_grad_().sum(), x)",
        "import": "importlib.import_module('torch.auto' + 'grad.functional').jacobian(torch.sum, x)",
        "func, by its name": "torch.func.grad(torch.sum)(x)",
        "func": "getattr(torch.func, 'gr' + 'ad')(torch.sum)(x)",
        "func, forwards": "getattr(torch.func, 'jv' + 'p')(torch.sin, (x,), (x,))",
        "func, Jacobian": "getattr(torch.func, 'jac' + 'fwd')(torch.sin)(x)",
        "func, linear": "getattr(torch.func, 'linear' + 'ize')(torch.sin, x)",
        "functorch": "getattr(torch, '_func' + 'torch').eager_transforms.grad(torch.sum)(x)",
        "functorch by import": "importlib.import_module('func' + 'torch').grad(torch.sum)(x)",
        "a dual number": "getattr(torch, '_make_' + 'dual')(x, x, level=0)",
        "a dual number of C": "torch._C._VariableFunctions._make_dual(x, x, level=torch._C._enter_dual_level())",
        "forwards": "sys.modules['torch.auto' + 'grad.forward_ad'].make_dual(x, x)",
        "the operator": "torch.ops.aten._backward(x.requires_grad_().square().sum(), [x])",
        "the engine": "(x.requires_grad_() ** 2).sum().grad_fn and torch._C._ImperativeEngine().run_backward("
                      "((x ** 2).sum(),), (torch.tensor(1.0),), False, False, (x,), True, False)",
        "an engine that is found": """
engine = next(c for c in torch.Tensor.__base__.__base__.__subclasses__() if c.__name__ == '_Engine' + 'Base')
loss = (x.requires_grad_() ** 2).sum()
engine().run_backward((loss,), (torch.ones_like(loss),), False, False, (x,), allow_unreachable=True, accumulate_grad=False)""",
        "a node of the graph": "(x.requires_grad_() ** 2).grad_fn(torch.ones(2, 2))",
        "script": """
unit = torch.jit.CompilationUnit('''
def f(x):
    y = (x * x).sum()
    y.backward()
    return y
''')
unit.f(x.requires_grad_())""",
        "given code calls it": "shared.apply(operator.methodcaller('backward'), x.requires_grad_().square().sum())",
        "given code calls the method": "shared.apply(torch.Tensor.backward, x.requires_grad_().square().sum())",
    },
    ("raw tensors", "torch.optim"): {
        "a name of given code": "shared.optim.SGD([x], lr=0.1)",
        "sys.modules": "sys.modules['torch.op' + 'tim'].SGD([x], lr=0.1)",
    },
    ("attention", "torch.nn.functional.scaled_dot_product_attention"): {
        "its name": "torch.nn.functional.scaled_dot_product_attention(x, x, x)",
        "getattr": "getattr(torch.nn.functional, 'scaled_dot_product_' + 'attention')(x[None], x[None], x[None])",
        "C": "torch._C._nn.scaled_dot_product_attention(x[None, None], x[None, None], x[None, None])",
        "the operator": "torch.ops.aten.scaled_dot_product_attention(x[None, None], x[None, None], x[None, None])",
        "its overload": "torch.ops.aten.scaled_dot_product_attention.default(x[None, None], x[None, None], x[None, None])",
        "an operator below": "torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(*[x[None, None]] * 3)",
        "the operator of the mathematics": "torch.ops.aten._scaled_dot_product_attention_math(*[x[None, None]] * 3)",
        "partial": "functools.partial(getattr(torch.nn.functional, 'scaled_dot_product_' + 'attention'), x, x)(x)",
        "import": "importlib.import_module('torch.nn.functional').__dict__['scaled_dot_product_' + 'attention'](x, x, x)",
        "sys.modules": "operator.attrgetter('scaled_dot_product_attention')(sys.modules['torch.nn.functional'])(x, x, x)",
        "methodcaller": "operator.methodcaller('scaled_dot_product_attention', x, x, x)(torch.nn.functional)",
        "given code": "shared.F.scaled_dot_product_attention(x, x, x)",
        "given code calls it": "shared.apply(operator.methodcaller('scaled_dot_product_attention', x, x, x), shared.F)",
    },
    ("attention", "torch.nn.MultiheadAttention"): {
        "its name": "torch.nn.MultiheadAttention(2, 1)",
        "getattr": "getattr(torch.nn, 'Multihead' + 'Attention')(2, 1)",
        "a module of it": "torch.nn.modules.activation.MultiheadAttention(2, 1)",
        "a layer that has one": "torch.nn.TransformerEncoderLayer(2, 1)",
        "a class that is made of it": "type('Mine', (getattr(torch.nn, 'Multihead' + 'Attention'),), {})(2, 1)",
        "without its __init__": "getattr(torch.nn, 'Multihead' + 'Attention').__init__(torch.nn.Identity(), 2, 1)",
    },
    ("attention", "torch.nn.functional.multi_head_attention_forward"): {
        "getattr": "getattr(torch.nn.functional, 'multi_head_' + 'attention_forward')(*[None] * 10)",
    },
    ("attention", "scipy.special.softmax"): {
        "its name": "import scipy.special\nscipy.special.softmax(x.numpy())",
        "computed": "getattr(importlib.import_module('scipy.special'), 'soft' + 'max')(x.numpy())",
        "its own module": "sys.modules['scipy.special._logsumexp'].__dict__['soft' + 'max'](x.numpy())",
    },
    ("optimizer", "torch.optim"): {
        "its name": "torch.optim.SGD([x], lr=0.1)",
        "from": "from torch.optim import SGD",
        "getattr": "getattr(torch, 'op' + 'tim').SGD([x], lr=0.1)",
        "import": "importlib.import_module('torch.op' + 'tim.sgd').sgd",
        "__import__": "__import__('torch.op' + 'tim').optim.Adam",
        "sys.modules": "sys.modules['torch.op' + 'tim.adam'].adam",
        "the dict of torch": "vars(torch)['op' + 'tim'].Adam([x])",
        "attrgetter": "operator.attrgetter('optim.SGD')(torch)([x])",
        "a fused step": "getattr(torch, '_fused_' + 'sgd_')([x], [x], [], weight_decay=0.0, momentum=0.0, lr=0.1, "
                        "dampening=0.0, nesterov=False, maximize=False, is_first_step=True)",
        "a fused step, by its name": "torch._fused_adam_([x])",
        "a fused operator": "getattr(torch.ops.aten, '_fused_' + 'sgd_')([x], [x], [], weight_decay=0.0, momentum=0.0, lr=0.1, "
                            "dampening=0.0, nesterov=False, maximize=False, is_first_step=True)",
        "a fused operator's overload": "getattr(torch.ops.aten, '_fused_' + 'adam_').default",
        "distributed": "importlib.import_module('torch.distributed.' + 'optim').DistributedOptimizer",
        "given code": "shared.optim.SGD([x], lr=0.1)",
        "a class that is found": "next(c for c in torch.Tensor.__base__.__base__.__subclasses__() if c.__name__ == 'Opti' + 'mizer')"
                                 "([x], {})",
        "scheduler": "sys.modules['torch.op' + 'tim.lr_scheduler'].StepLR",
    },
    ("surgery", "torch.nn.utils.prune"): {
        "its name": "torch.nn.utils.prune.l1_unstructured(torch.nn.Linear(2, 2), 'weight', 0.5)",
        "from": "from torch.nn.utils import prune",
        "getattr": "getattr(torch.nn.utils, 'pru' + 'ne').identity(torch.nn.Linear(2, 2), 'weight')",
        "import": "importlib.import_module('torch.nn.utils.pru' + 'ne').identity",
        "__import__": "__import__('torch.nn.utils.pru' + 'ne').nn.utils.prune.identity",
        "sys.modules": "sys.modules['torch.nn.utils.pru' + 'ne'].identity",
        "attrgetter": "operator.attrgetter('utils.prune.identity')(torch.nn)",
        "the dict of its package": "vars(torch.nn.utils)['pru' + 'ne'].identity",
        "given code": "shared.prune.identity",
        "the globals of given code": "shared.apply.__globals__['prune'].identity",
        "given code looks it up": "shared.apply.__globals__.get('prune').L1Unstructured",
        "a reload": "importlib.reload(sys.modules['torch.nn.utils.pru' + 'ne'])",
    },
    ("surgery", "torch.utils.flop_counter"): {
        "computed": "importlib.import_module('torch.utils.flop_' + 'counter').FlopCounterMode()",
        "sys.modules": "sys.modules['torch.utils.flop_' + 'counter'].FlopCounterMode()",
    },
}
