"""The papers of an application for a permit, and when each may be printed."""

from dataclasses import dataclass

from residence_permits.models import PermitEvent, PermitRequest


@dataclass(frozen=True, slots=True)
class Paper:
    """`move`: the step that it tells of; it may be printed once that was made."""

    name: str
    title: str
    move: str

    @property
    def template(self) -> str:
        return f"residence_permits/papers/{self.name}.html"


PAPERS = {
    paper.name: paper
    for paper in (
        Paper("receipt", "居住证领取凭证", "accept"),
        Paper("missing", "一次性告知书", "tell"),
        Paper("not-accepted", "不予受理决定书", "not_accept"),
        Paper("not-granted", "不予发放决定书", "not_grant"),
        # 条例 第十二条, 第十三条: what the holder may use it for.
        Paper("rights", "居住证持有人权益告知单", "accept"),
    )
}

# Of a permit, by the record of the refusal (条例 第十条); its kind of event in place of a move.
NOT_ENDORSED = Paper("not-endorsed", "不予签注告知书", PermitEvent.Kind.NOT_ENDORSED)


def may_print(request: PermitRequest, paper: Paper) -> bool:
    return request.history.filter(move=paper.move).exists()
