"""What course.yml says in numbers: limits of a check, thresholds of what is measured."""
from pydantic import BaseModel, ConfigDict, Field, model_validator


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Limits(Strict):
    """What one check may use in the worker. The worker is stopped if a check uses more."""

    cpu_seconds: float = Field(10, gt=0)
    wall_seconds: float = Field(40, gt=0)
    memory_mb: int = Field(1500, gt=0)
    output_kb: int = Field(256, gt=0)


class Benchmark(Strict):
    """A performance threshold: a ratio of CPU time, never seconds."""

    title: str
    reference_at_most: float = Field(gt=0)  # the reference against the library's baseline
    learner_at_most: float = Field(gt=0)    # the learner against the reference


class Threshold(Strict):
    """What a result of a study must reach: at least, at most, or both."""

    at_least: float | None = Field(None, allow_inf_nan=False)
    at_most: float | None = Field(None, allow_inf_nan=False)

    @model_validator(mode="after")
    def _says_something(self) -> "Threshold":
        if self.at_least is None and self.at_most is None:
            raise ValueError("a threshold needs at_least or at_most")
        return self

    def __str__(self) -> str:
        named = {"at least": self.at_least, "at most": self.at_most}
        return " and ".join(f"{words} {value:g}" for words, value in named.items() if value is not None)

    def holds(self, value: float) -> bool:
        """False for NaN."""
        return (self.at_least is None or value >= self.at_least) and (self.at_most is None or value <= self.at_most)
