"""Who should get in where, written down from the business and not from the code: the other half of a double entry.

`GRANTS` says of each permission who has it and how far; `WANTS` says of each route what it opens. Neither reads
`permissions.py` or a route's rule. Where the two books differ, one of them is wrong, and a test fails until somebody
has said which.
"""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["open", "signed in first", "not allowed", "not there"]

#: `permission: role over reach, …`; own: one's customers or one's own firm; branch: of one's branch; bank: all of the bank
GRANTS_SAID = """
firm.read: own relationship_manager; branch credit_officer post_loan; bank modeller validator compliance auditor manager
graph.read: own relationship_manager; branch credit_officer post_loan; bank modeller compliance auditor manager
report.read: own relationship_manager; branch credit_officer post_loan;
 bank modeller validator compliance auditor manager supervisor_reader
decision.read: own applicant relationship_manager; branch credit_officer post_loan;
 bank modeller validator compliance auditor manager supervisor_reader
decision.make: own relationship_manager; branch credit_officer
decision.run: bank manager
decision.override: branch credit_officer
decision.override.check: bank compliance manager
application.make: own applicant relationship_manager
application.read: own applicant relationship_manager; branch credit_officer post_loan; bank compliance auditor manager
consent.read: own applicant relationship_manager; branch credit_officer post_loan; bank compliance auditor manager
reads.read: bank compliance auditor
consent.record: own applicant relationship_manager
alert.work: own relationship_manager; branch post_loan
case.work: branch credit_officer post_loan
person.read: own relationship_manager; branch credit_officer post_loan; bank compliance
portfolio.read: bank modeller validator post_loan compliance auditor manager supervisor_reader
portfolio.allocate: bank manager
library.read: bank modeller validator compliance auditor
identity.read: bank credit_officer modeller compliance auditor
identity.judge: bank credit_officer
data.quality: bank modeller validator compliance auditor manager administrator supervisor_reader
data.load: bank administrator
data.repair: bank administrator
content.read: bank credit_officer modeller validator post_loan compliance auditor manager administrator supervisor_reader
content.propose: bank modeller
content.publish: bank compliance manager
model.read: bank credit_officer modeller validator compliance auditor manager supervisor_reader
model.train: bank modeller
model.validate: bank validator
model.publish: bank validator
rules.mine: bank modeller
audit.read: bank compliance auditor supervisor_reader
job.run: bank modeller administrator manager
account.propose: bank administrator
account.check: bank manager
customer.assign: bank manager
customer.assign.check: bank compliance
webhook.manage: bank administrator
proposal.close: bank administrator
agreement.propose: bank administrator
agreement.sign: bank manager
"""


def _grants() -> dict[str, dict[str, str]]:
    """Permission → role → reach."""
    found: dict[str, dict[str, str]] = {}
    for line in GRANTS_SAID.replace("\n ", " ").strip().splitlines():
        permission, _colon, said = line.partition(":")
        found[permission] = {
            role: reach for part in said.split(";") for reach, *roles in [part.split()] for role in roles
        }
    return found


GRANTS = _grants()


@dataclass(frozen=True, slots=True)
class Want:
    """What a route opens."""

    #: the permission; `signed in` where any account does, `settling` where one that is not finished does too, `anybody`
    #: where all are served
    permission: str
    #: whether the address is about one firm
    firm: bool = False


def _wants(said: str) -> dict[tuple[str, str], Want]:
    found: dict[tuple[str, str], Want] = {}
    for line in filter(None, (line.partition("#")[0].strip() for line in said.splitlines())):
        methods, path, wanted, *about = line.split()
        permission = wanted.replace("-", " ")
        found |= {(m, path): Want(permission, bool(about)) for m in methods.split("|")}
    return found


#: `methods path permission [firm]`
CONSOLE = _wants("""
GET /static/{name} anybody
GET / portfolio.read
GET /export portfolio.read
GET /portfolio-report.{form} portfolio.read
GET /firms firm.read
GET /firms-export firm.read
GET /invoices firm.read
GET /invoices-export firm.read
GET /firms/{firm_id:path} firm.read firm
GET /invoices/{firm_id:path} firm.read firm
GET /figures/{code}/{firm_id:path} firm.read firm
GET /firm-report.{form}/{firm_id:path} report.read firm
GET /graph graph.read
GET /graph/{node:path} graph.read firm
GET /graph-view/{node:path} graph.read firm
GET /graph-counts/{node:path} graph.read firm
GET /graph-file.{form}/{node:path} graph.read firm
GET /decisions decision.read
GET /decisions-export decision.read
GET /decisions/{decision_id} decision.read firm
GET /decisions/{decision_id}/document.json decision.read firm
GET|POST /decisions/{decision_id}/replay decision.read firm
GET /library library.read
GET /library/{name} library.read
GET /library/{name}/row library.read
GET /identity identity.read
GET /identity/mention/{mention_id:path} identity.read
GET /identity/pair identity.read
POST /identity identity.judge
POST /identity/pair identity.judge
GET /quarantine data.quality
GET /quarantine-export data.quality
GET /quarantine/{quarantine_id:path} data.quality
POST /quarantine/{quarantine_id:path} data.repair
GET /quality data.quality
GET /quality/report.{form} data.quality
GET /models model.read
GET /models/{version} model.read
POST /models/{version} model.train
GET /rules model.read
GET /rules/{version} model.read
GET /rules/{version}/{form} model.read
GET /content content.read
GET /content/{kind}/{name}/{version} content.read
GET /audit audit.read
GET|POST /audit/verify audit.read
GET|POST /sign-in anybody
GET|POST /sign-in/code anybody
GET /sign-in/elsewhere anybody
GET /sign-in/elsewhere/back anybody
GET|POST /sign-out settling
GET|POST /account settling
GET|POST /accounts account.propose
GET /inbox signed-in
GET|POST /proposals/{proposal_id} proposal
GET /decisions/{decision_id}/override decision.read firm
POST /decisions/{decision_id}/override decision.override firm
GET|POST /customers customer.assign
GET /consents consent.read
GET /consents-recorded consent.read
GET /consents-recorded-export consent.read
GET /consents/{firm_id:path} consent.read firm
POST /consents/{firm_id:path} consent.record firm
POST /consent-revocations/{firm_id:path} consent.record firm
POST /reveals/{firm_id:path} person.read firm
GET /reads reads.read
GET /audit/{seq} audit.read
GET|POST /outbox webhook.manage
GET|POST /jobs job.run
GET|POST /jobs/{job_id} job.run
GET /agreements content.read
""")
API = _wants("""
GET /api/v1/openapi.json anybody
GET /api/v1/docs anybody
GET /api/v1/me signed-in
GET /api/v1/me/tokens signed-in
POST /api/v1/me/tokens own-scope  # a token for its example's scope
GET /api/v1/me/tokens/{token_id} token
DELETE /api/v1/me/tokens/{token_id} token
GET /api/v1/portfolio portfolio.read
GET /api/v1/decisions decision.read
GET /api/v1/decisions/{decision_id} decision.read firm
GET /api/v1/decisions/{decision_id}/document decision.read firm
GET /api/v1/decisions/{decision_id}/replay decision.read firm
POST /api/v1/firms/{firm_id:path}/decisions decision.make firm
GET /api/v1/firms/{firm_id:path}/consents consent.read firm
GET /api/v1/consents consent.read
GET /api/v1/consents/{consent_id} consent.read firm
POST /api/v1/firms/{firm_id:path}/consents consent.record firm
POST /api/v1/consents/{consent_id}/revoke consent.record firm
GET /api/v1/firms firm.read
GET /api/v1/firms/{firm_id:path}/indicators firm.read firm
GET /api/v1/firms/{firm_id:path}/findings firm.read firm
GET /api/v1/firms/{firm_id:path}/invoice-verdict firm.read firm
GET /api/v1/firms/{firm_id:path}/neighbourhood graph.read firm
GET /api/v1/firms/{firm_id:path} firm.read firm
GET|POST /api/v1/jobs job.run
GET /api/v1/jobs/{job_id} job.run
POST /api/v1/jobs/{job_id}/cancel job.run
POST /api/v1/jobs/{job_id}/retry job.run
GET /api/v1/quality data.quality
GET /api/v1/lake library.read
GET /api/v1/lake/{lake_version} library.read
GET /api/v1/content content.read
GET /api/v1/content/{version} content.read
GET /api/v1/models model.read
GET /api/v1/models/{version} model.read
GET /api/v1/audit audit.read
GET /api/v1/audit/{seq} audit.read
GET|POST /api/v1/webhooks webhook.manage
GET /api/v1/webhooks/{webhook_id} webhook.manage
POST /api/v1/webhooks/{webhook_id}/rotate webhook.manage
POST /api/v1/webhooks/{webhook_id}/test webhook.manage
POST /api/v1/webhooks/{webhook_id}/end webhook.manage
GET /api/v1/deliveries webhook.manage
POST /api/v1/deliveries/retry webhook.manage
GET /api/v1/proposals signed-in
POST /api/v1/proposals customer.assign  # a change of its example's kind
GET /api/v1/proposals/{proposal_id} proposal
GET /api/v1/proposals/{proposal_id}/history proposal
POST /api/v1/proposals/{proposal_id}/approve proposal
POST /api/v1/proposals/{proposal_id}/send-back proposal
POST /api/v1/proposals/{proposal_id}/revise own-proposal
POST /api/v1/proposals/{proposal_id}/withdraw own-proposal
POST /api/v1/proposals/{proposal_id}/close own-proposal  # a damaged one: administrators as well
""")
#: words in the place of a permission that are none
WORDS = {"signed in", "settling", "session", "own scope", "token", "proposal", "own proposal"}
#: the proposal of the world: made by management, checked by compliance
MAKER, CHECKERS = "manager", {"compliance"}
#: whose token stands in the example
TOKEN_OWNER = "auditor"
#: what the example of making one asks for
TOKEN_SCOPE = "firm.read"

#: how far each reach goes, by whose firm it is (see `world`); a record that nobody was given is the whole bank's alone
REACHED = {
    "own": {"own"},
    "branch": {"own", "colleague"},
    "bank": {"own", "colleague", "other", "nobody"},
}


#: permissions that read a firm's own data: for a purpose, and by those who review or look after loans with its consent
OF_A_FIRM = {"firm.read", "graph.read", "report.read", "decision.make", "person.read"}
WITH_CONSENT = {"relationship_manager", "credit_officer", "post_loan", "manager"}
AGREED = {"own", "colleague", "other"}


def expected(want: Want, role: str, whose: str, *, method: str = "GET", by_token: bool = False) -> Outcome:
    """What a route should answer.

    Args:
        want: what it opens.
        role: of whoever asks; `none` for an account without one, `unfinished` for one whose owner must first settle
            something, empty for whoever is not signed in.
        whose: whose firm the address is about (`own`, `colleague`, `other`, `nobody`, `unknown`); empty for none.
        method: of the request.
        by_token: whether a program asks.
    """
    if want.permission == "anybody" or (want.permission == "settling" and role):
        return "open"
    if role in {"", "unfinished"}:
        return "not allowed" if role else "signed in first"
    if want.permission in WORDS:
        return _own_matters(want.permission, role, changes=method != "GET", by_token=by_token)
    reach = GRANTS[want.permission].get(role)
    if not want.firm:
        return "open" if reach else "not allowed"
    # whose reach is the bank learns nothing of who is its customer: without consent a firm and no firm answer alike
    if reach == "bank" and want.permission in OF_A_FIRM and role in WITH_CONSENT and whose not in AGREED:
        return "not allowed"
    return "open" if reach and whose in REACHED[reach] else "not there"


def _own_matters(word: str, role: str, *, changes: bool, by_token: bool) -> Outcome:
    """What follows from who one is and not from a role's grants."""
    # nobody makes a token for what their roles do not give
    beyond = word == "own scope" and role not in GRANTS[TOKEN_SCOPE]
    if beyond or (word in {"session", "own scope", "token"} and changes and by_token):
        return "not allowed"
    if word == "token":
        return "open" if role == TOKEN_OWNER else "not there"
    if word in {"signed in", "session", "own scope"}:
        return "open"
    if role not in {MAKER, *CHECKERS}:
        return "not there"
    if word == "proposal" and changes and by_token:  # a person checks
        return "not allowed"
    # both see it; the one changes what the other checks
    mine = (word == "own proposal") == (role == MAKER)
    return "open" if mine or not changes else "not allowed"
