"""The learner's exporter as a service, in a worker."""


def exporting(work, features, classes, listener):
    return work.serve(features, classes, listener=listener)
