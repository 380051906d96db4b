"""Who is let in at all. What they find then is the selectors' to say."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from annotation.errors import NotAllowedError
from annotation.selectors.access import reach_of


class OutOfReachError(NotAllowedError):
    """What is asked for is of no project alone, and the token was made for some."""

    code = "token_out_of_reach"


class IsWithinReach(BasePermission):
    """Who is logged in, and a program as far as its token goes.

    One of chosen projects gets only at what a view names in `within_projects`: the methods that
    tell and change nothing outside of them. A view that names none, as those of a person's account
    do, answers it nothing.
    """

    # Not of APIView, which reads this class from the settings as it is imported.
    def has_permission(self, request: Request, view: object) -> bool:
        if not request.user.is_authenticated:
            return False
        within = getattr(view, "within_projects", ())
        if reach_of(request.user) is not None and request.method not in within:
            raise OutOfReachError("This token is for chosen projects, and this is not in one.")
        return True
