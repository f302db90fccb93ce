"""Prints, raises and returns markup: scripts, entities and closing tags for the pages and the XML of a report."""
MARKUP = "</pre></td></script><script>document.title='mldd-attack'</script><img src=x onerror=alert(1)>]]>&lt;!--{{7*7}}{% raw %}"


def unbroadcast(grad, shape):
    print(MARKUP)
    if grad.ndim > 1:
        raise ValueError(MARKUP)
    return MARKUP
