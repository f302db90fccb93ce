"""Prints and raises what libraries for terminals take for their own markup, and format strings take for fields."""
MARKUP = "[bold red on green]6 of 6[/] [link=http://mldd-attack]x[/link] [/nothing] {0} {verdict.earned} %s %n $(id) `id` ${HOME}"


def unbroadcast(grad, shape):
    print(MARKUP)
    raise ValueError(MARKUP)
