"""Write marks into nbgrader's gradebook. nbgrader's own Python runs this in the folder of its course: see gradebook.py.

    stdin   {"marks": [{"student", "assignment", "notebook", "grade_id", "score", "comment"}, ...]}
            a score of null: a person must give one
    stdout  {"written": 3, "missing": ["anna: autograd/autograd"]}, or {"error": "one sentence"}

Scores and comments are written as the automatic ones, so what a person wrote in formgrader is kept. If a person gave a
score and the automatic score changes, the grade is marked for manual grading again, as nbgrader does itself.
"""
import json
import sys


def main() -> None:
    marks = json.load(sys.stdin)["marks"]
    answer, sys.stdout = sys.stdout, sys.stderr  # so that output of nbgrader does not mix with the answer
    try:
        from nbgrader.api import Gradebook, MissingEntry
        from nbgrader.apps import NbGrader
        from nbgrader.coursedir import CourseDirectory
    except ImportError as error:
        return json.dump({"error": f"has no nbgrader that can be used ({error})"}, answer)

    app = NbGrader()
    app.load_config_file()  # nbgrader_config.py may name another database
    course = CourseDirectory(parent=app)
    written, missing = 0, []
    with Gradebook(course.db_url, course.course_id) as gradebook:
        for mark in marks:
            place = mark["grade_id"], mark["notebook"], mark["assignment"], mark["student"]
            try:
                grade, comment = gradebook.find_grade(*place), gradebook.find_comment(*place)
            except MissingEntry:
                missing.append("{student}: {assignment}/{grade_id}".format(**mark))
                continue
            if grade.manual_score is None:
                grade.needs_manual_grade = mark["score"] is None
            elif grade.auto_score != mark["score"]:
                grade.needs_manual_grade = True
            grade.auto_score = mark["score"]
            comment.auto_comment = mark["comment"]
            written += 1
        gradebook.db.commit()  # all or nothing
    json.dump({"written": written, "missing": missing}, answer)


if __name__ == "__main__":
    main()
