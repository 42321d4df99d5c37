"""The dashboard: where it listens, and who may see what."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from pipeline.settings.value import Section

DashboardRole = Literal["admin", "operations", "reviewer", "marketing"]


class DashboardUserSettings(Section):
    """Somebody who signs in with a password. password: the name of a secret that holds its hash (`leadfold dashboard password`)."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1)]
    role: DashboardRole


class OidcSettings(Section):
    """Sign-in through an OpenID Connect provider. metadata_url: its …/.well-known/openid-configuration; address: where people
    open the dashboard; client_secret: the name of a secret; groups_claim: which claim of the token lists a person's groups."""

    metadata_url: Annotated[str, Field(pattern=r"^https?://")]
    address: Annotated[str, Field(pattern=r"^https?://")]
    client_id: Annotated[str, Field(min_length=1)]
    client_secret: Annotated[str, Field(min_length=1)]
    groups_claim: str = "groups"


class DashboardSettings(Section):
    """Where the dashboard listens, who may sign in, and what each may see.

    role: of everybody, where nobody signs in (this machine only). user: people with passwords; oidc: a provider that knows them,
    then roles say who is what, by e-mail (`*@okna.example`: a whole domain) or `group:…`. cookie_secret: the name of a secret of
    at least 32 characters that signs the cookies; '' makes one and keeps it in the state folder.
    """

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8501
    role: DashboardRole = "admin"
    user: tuple[DashboardUserSettings, ...] = ()
    oidc: OidcSettings | None = None
    roles: dict[DashboardRole, tuple[str, ...]] = Field(default_factory=dict)
    cookie_secret: str = ""

    @model_validator(mode="after")
    def _one_door(self) -> Self:
        if self.user and self.oidc is not None:
            raise ValueError("has both `user` and `oidc`; allowed is one way to sign in")
        if self.oidc is not None and not any(self.roles.values()):
            raise ValueError(
                "`oidc` lets nobody in without `roles`; allowed are e-mails, `*@domain` and `group:…` per role"
            )
        if self.roles and self.oidc is None:
            raise ValueError("`roles` belong to `oidc`; each `user` names its own role")
        names = [user.name.casefold() for user in self.user]
        if len(set(names)) < len(names):
            raise ValueError("two entries of `user` have one name; allowed is each name once")
        return self

    @property
    def needs_sign_in(self) -> bool:
        """Whether nobody gets in without signing in."""
        return bool(self.user) or self.oidc is not None
