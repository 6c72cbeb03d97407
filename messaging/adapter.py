"""Mails about signing in go through the outbox like everything else."""

from painclinic.accounts.adapter import BaseAccountAdapter


class AccountAdapter(BaseAccountAdapter):
    pass
