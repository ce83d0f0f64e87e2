"""Paging of lists that may be very long: nobody counts a million rows to show twenty."""

from functools import cached_property

from django.core.paginator import Paginator


class FewPages(Paginator):
    """Counts up to a thousand rows; who looks for more narrows the list by filter or search."""

    most = 1_000

    @cached_property
    def count(self) -> int:
        return self.object_list.order_by()[: self.most].count()
