"""Who works with the pages of evaluation, indicators, audit and consultation."""

from kaili_hukou.roles import Role

CITY = frozenset({Role.APPROVER, Role.REFORM_OFFICE, Role.AUDITOR})
# Counts of the population and findings: bureaus see them too, findings only their own.
READERS = CITY | {Role.BUREAU_CLERK}
AUDITORS = frozenset({Role.AUDITOR, Role.APPROVER})
CONSULTERS = frozenset({Role.APPROVER, Role.REFORM_OFFICE})
EVALUATORS = frozenset({Role.REFORM_OFFICE})
