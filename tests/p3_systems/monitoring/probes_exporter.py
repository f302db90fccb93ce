"""What the suite of `exporter` does beside the learner's objects, in the learner's process."""


def pages(work, features, classes, steps):
    """The exposition, as text, in the beginning and after each of `steps`.

    A step is a list of labels that are predicted, or [distances, accuracy, now] of an update; of one that raises ValueError
    the text is "ValueError", and the page after it follows.
    """
    exporter = work.Exporter(features=features, classes=classes)
    seen = [exporter.exposition().decode()]
    for step in steps:
        if isinstance(step, list) and step and isinstance(step[0], dict):
            distances, accuracy, now = step
            try:
                exporter.updated(dict(distances), accuracy=accuracy, now=now)
            except ValueError:
                seen.append("ValueError")
        else:
            for label in step:
                exporter.predicted(label)
        seen.append(exporter.exposition().decode())
    return seen


def side_by_side(work, features, classes):
    """The pages of two exporters, of which only the first has counted; and how many metrics the library's own registry has
    more than before.
    """
    import prometheus_client

    before = len(list(prometheus_client.REGISTRY.collect()))
    one, other = (work.Exporter(features=features, classes=classes) for _ in range(2))
    one.predicted(classes[0])
    one.updated({feature: 0.5 for feature in features}, accuracy=0.5, now=50.0)
    return [one.exposition().decode(), other.exposition().decode(), len(list(prometheus_client.REGISTRY.collect())) - before]


def kind_of_page(work, features, classes):
    return type(work.Exporter(features=features, classes=classes).exposition()).__name__


def made(work, features, classes):
    """What comes of making an exporter, in a word or two."""
    try:
        work.Exporter(features=features, classes=classes)
    except ValueError:
        return "ValueError"
    return "an exporter"
