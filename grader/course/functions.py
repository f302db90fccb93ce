"""The functions and methods in a module's text, by their qualified names."""
import ast

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions_in(text: str) -> list[tuple[str, Function]]:
    """(qualified name, node) of each function and method, in the order of the file; inner functions are not listed."""
    found: list[tuple[str, Function]] = []

    def look(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.ClassDef):
                look(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, Function):
                found.append((prefix + node.name, node))

    look(ast.parse(text).body, "")
    return found
