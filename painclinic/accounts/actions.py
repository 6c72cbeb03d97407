"""Invitations, memberships, passwords: everything that decides who gets in."""

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction

from painclinic import clock
from painclinic.accounts.models import Clinic, Invitation, Membership, Role, User
from painclinic.audit.actions import Actor, record
from painclinic.audit.models import Action


class InvitationError(Exception):
    """An invitation can no longer be used; `state` says why."""

    def __init__(self, state: str) -> None:
        super().__init__(state)
        self.state = state


class AlreadyMemberError(Exception):
    """The e-mail address already belongs to somebody who is a member, or is invited."""


def _find_or_create_user(*, email: str, name: str, language: str, timezone: str) -> User:
    user = User.objects.select_for_update(no_key=True).filter(email__iexact=email).first()
    if user is None:
        user = User(email=email.strip().lower(), name=name.strip(), language=language, timezone=timezone)
        user.set_unusable_password()
        try:
            with transaction.atomic():
                user.save()
        except IntegrityError:
            # Somebody invited the same address at the same moment.
            user = User.objects.select_for_update(no_key=True).get(email__iexact=email)
    return user


@transaction.atomic
def invite(
    *, by: Actor, clinic: Clinic, role: Role, email: str, name: str, language: str = "", timezone: str = ""
) -> Invitation:
    """Invite a person to a role in a clinic. Sending the link is the caller's part (a reminder row).

    Raises AlreadyMemberError when the address has an active membership or an invitation that is not
    yet used or withdrawn, anywhere: one address is one person in one role.
    """
    user = _find_or_create_user(
        email=email, name=name, language=language or clinic.language, timezone=timezone or clinic.timezone
    )
    pending = Invitation.objects.filter(user=user, accepted_at=None, withdrawn_at=None)
    if user.memberships.active().exists() or pending.exists():
        raise AlreadyMemberError
    now = clock.now()
    invitation = Invitation.objects.create(
        clinic=clinic,
        user=user,
        role=role,
        nonce=Invitation.new_nonce(),
        invited_by=by if isinstance(by, User) else None,
        created_at=now,
        last_sent_at=now,
        expires_at=now + Invitation.VALID_FOR,
    )
    record(by=by, action=Action.WRITE, verb="invitation-create", obj=invitation)
    return invitation


@transaction.atomic
def renew_invitation(*, by: User, invitation: Invitation) -> Invitation:
    """Make a fresh link that runs for the full time again; the older link stops working.

    Raises InvitationError when it was accepted or withdrawn.
    """
    invitation = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if invitation.state in {"accepted", "withdrawn"}:
        raise InvitationError(invitation.state)
    now = clock.now()
    invitation.nonce = Invitation.new_nonce()
    invitation.expires_at = now + Invitation.VALID_FOR
    invitation.last_sent_at = now
    invitation.sent_count += 1
    invitation.save()
    record(by=by, action=Action.WRITE, verb="invitation-renew", obj=invitation)
    return invitation


@transaction.atomic
def withdraw_invitation(*, by: User, invitation: Invitation) -> None:
    """Make the link useless. Raises InvitationError when it was accepted before."""
    invitation = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if invitation.accepted_at:
        raise InvitationError("accepted")
    invitation.withdrawn_at = invitation.withdrawn_at or clock.now()
    invitation.save()
    record(by=by, action=Action.WRITE, verb="invitation-withdraw", obj=invitation)


@transaction.atomic
def accept_invitation(*, invitation: Invitation, password: str | None) -> User:
    """Use an invitation up: the membership begins and the password is set.

    With `password=None` the person goes on to make a passkey instead. Raises InvitationError
    when it is not open (used, withdrawn, expired); of two at once, one wins.
    """
    invitation = Invitation.objects.select_for_update(no_key=True).get(pk=invitation.pk)
    if invitation.state != "open":
        raise InvitationError(invitation.state)
    invitation.accepted_at = clock.now()
    invitation.save()
    user = invitation.user
    if password:
        user.set_password(password)
        user.save()
    EmailAddress.objects.update_or_create(
        user=user, email=user.email, defaults={"verified": True, "primary": True}
    )
    membership = Membership.objects.create(
        user=user, clinic=invitation.clinic, role=invitation.role, started_at=clock.now()
    )
    record(by=user, action=Action.WRITE, verb="invitation-accept", obj=invitation)
    record(by=user, action=Action.WRITE, verb="membership-start", obj=membership)
    return user


@transaction.atomic
def end_membership(*, by: Actor, membership: Membership) -> None:
    """End a role; with the last one every session of the person ends in the same transaction."""
    membership = Membership.objects.select_for_update(no_key=True).get(pk=membership.pk)
    if membership.ended_at:
        return
    membership.ended_at = clock.now()
    membership.save()
    record(by=by, action=Action.WRITE, verb="membership-end", obj=membership)
    if not Membership.objects.active().filter(user=membership.user_id).exists():
        end_sessions(user=membership.user)


def end_sessions(*, user: User) -> int:
    """Sign a person out everywhere; returns how many sessions ended."""
    keys = list(UserSession.objects.filter(user=user).values_list("session_key", flat=True))
    UserSession.objects.filter(user=user).delete()
    return Session.objects.filter(session_key__in=keys).delete()[0]
