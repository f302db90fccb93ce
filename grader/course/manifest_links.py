"""What course.yml says of names, files and `needs`, checked against each other and against the folder."""
from grader.course.manifest_errors import line_of, mistake_at


def check_links(course, tree) -> None:
    """Raise UsageError unless names are unique, files exist, only planned projects are empty, and `needs` names earlier
    exercises without a cycle.
    """
    names: set[str] = set()
    for i, pipeline in enumerate(course.pipelines):
        for j, project in enumerate(pipeline.projects):
            at = ("pipelines", i, "projects", j)
            if project.id in names:
                raise mistake_at(line_of(tree, at), f"a second project '{project.id}'")
            names.add(project.id)
            if bool(project.exercises) == project.planned:
                raise mistake_at(line_of(tree, at), f"'{project.name}' must have either exercises or 'planned: true'")
            for k, exercise in enumerate(project.exercises):
                line = line_of(tree, (*at, "exercises", k))
                if exercise.id in names:
                    raise mistake_at(line, f"a second exercise '{exercise.id}'")
                names.add(exercise.id)
                if not (course.root / "exercises" / exercise.path).exists() and \
                        not (course.root / "solutions" / exercise.path).exists():
                    raise mistake_at(line, f"'{exercise.name}' has no file exercises/{exercise.path}")
    position = {name: at for at, name in enumerate(course.exercises)}
    lines = {exercise.id: line_of(tree, ("pipelines", i, "projects", j, "exercises", k, "needs"))
             for i, pipeline in enumerate(course.pipelines) for j, project in enumerate(pipeline.projects)
             for k, exercise in enumerate(project.exercises)}
    for exercise in course.exercises.values():
        for need in exercise.needs:
            name = need.partition("/")[0]
            if (called := [p for p in course.projects.values() if p.name == name and need.count("/") == 1])[1:]:
                raise mistake_at(lines[exercise.id], f"'{exercise.name}' needs '{need}', and {len(called)} projects are called so: "
                                                   "name its pipeline too")
            if need not in position:
                raise mistake_at(lines[exercise.id], f"'{exercise.name}' needs '{need}', which does not exist")
    for exercise in course.exercises.values():
        for need in exercise.needs:
            if exercise.id in [need, *(e.id for e in course.requirements(course.exercises[need]))]:
                raise mistake_at(lines[exercise.id], f"'{exercise.name}' needs itself, by way of '{need}'")
            if position[need] > position[exercise.id]:
                raise mistake_at(lines[exercise.id], f"'{exercise.name}' needs '{need}', which comes later")
