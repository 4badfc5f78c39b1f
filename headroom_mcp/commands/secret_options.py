"""Where a command line holds a secret: which names mean one, which options and arguments of which programs take one.

Long options tell it by their name (`--db-password`); short ones and bare arguments only with their program (`mysql -p…`,
`vault login …`). Plain tables; how a line is read with them is `memory.command_secrets`.
"""

from __future__ import annotations

from headroom_mcp import late

# Parts of a name that mean a secret: DB_PASSWORD, auth.token, client-secret
_SECRET_PARTS = frozenset(
    (
        "password passwort passwd passphrase passcode passwords pass pwd pw psk pin otp totp secret secrets token authtoken apitoken "
        "apikey accesskey secretkey privatekey authkey storepass keypass keystorepass credential credentials creds bearer jwt sas "
        "authorization connectionstring webhook userpwd licensekey sessiontoken cookie motdepasse contrasena senha requirepass"
    ).split()
)
# Run together with another word at its end: PGPASSWORD, SSHPASS, dbpassword
_ENDS = (
    "password",
    "passwort",
    "passwd",
    "passphrase",
    "secret",
    "token",
    "apikey",
    "secretkey",
    "accesskey",
    "pass",
    "pwd",
)
_NOT_PASS = ("bypass", "compass", "trespass", "encompass", "surpass", "overpass", "underpass")
# "key" is a secret after one of these; in a variable's name (STRIPE_KEY) unless after one of the others
_KEY_OWNERS = frozenset(
    (
        "api access secret private auth account storage master encryption encrypt signing sign license licence service server client "
        "app application deploy admin shared session crypt subscription write read root integration ingest"
    ).split()
)
_PLAIN_KEYS = frozenset(
    "public primary foreign cache sort partition hash host group map row lookup unique index s3 object".split()
)
# Parts by which a name speaks about a secret instead of holding one: after it (PASSWORD_FILE, token-url), before it (max_tokens)
_ABOUT_AFTER = frozenset(
    (
        "file files path dir folder url uri endpoint host port type name names length len size count max min num limit budget ttl expiry "
        "expires expiration timeout policy prompt stdin fd manager store provider helper command cmd arn version format field column "
        "header regex pattern var env through filenames required enabled disabled lifetime rotation rotate age algorithm algo hash "
        "estimate window usage list scope scopes mode class handler ref label prefix suffix kind rule rules audience id ids issuer "
        "leeway counter strength generator generate reset change"
    ).split()
)
_ABOUT_BEFORE = frozenset(
    "max min num count no use with skip ask check verify allow only if change reset generate rotate list show total".split()
)
_PIECE = late.pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_HEADERS = frozenset(("authorization", "proxy-authorization", "cookie", "set-cookie"))
# An environment variable
_VARIABLE = late.pattern(r"^[A-Z][A-Z\d]*(?:_[A-Z\d]+)+$")


_known: dict[str, bool] = {}


def names_a_secret(name: str) -> bool:
    """Tell whether what a variable, option, field or header of this name holds is a secret."""
    if name not in _known:
        if len(_known) > 2_000:
            _known.clear()
        _known[name] = _names_a_secret(name)
    return _known[name]


def _names_a_secret(name: str) -> bool:
    if name.strip("-_.'\"[]").lower() in _HEADERS:
        return True
    pieces = [piece.lower() for piece in _PIECE.findall(name)]
    place = next((at for at in range(len(pieces)) if _means_secret(pieces, at, name)), None)
    if place is None:
        return False
    return _ABOUT_AFTER.isdisjoint(pieces[place + 1 :]) and _ABOUT_BEFORE.isdisjoint(pieces[:place])


def _means_secret(pieces: list[str], at: int, name: str) -> bool:
    piece, before = pieces[at], pieces[at - 1] if at else ""
    if piece in _SECRET_PARTS or before + piece in _SECRET_PARTS:
        return True
    if piece == "key":
        is_variable = _VARIABLE.match(name) is not None and at == len(pieces) - 1
        return before in _KEY_OWNERS or (is_variable and before not in _PLAIN_KEYS)
    if piece == "auth":  # REDISCLI_AUTH holds one; --auth and auth: say how
        return _VARIABLE.match(name) is not None and at == len(pieces) - 1
    return piece.endswith(_ENDS) and not piece.endswith(_NOT_PASS)


def _table(rows: str) -> dict[tuple[str, ...], str]:
    """Return program and subcommands → their options, from rows `docker login, podman login: -p`."""
    table = {}
    for row in rows.strip().splitlines():
        programs, _, options = row.partition(":")
        for program in programs.split(","):
            table[tuple(program.split())] = options.strip()
    return table


# Options whose value is a secret: apart (-p X); with a plus, attached (-pX), with an asterisk, either.
SHORT = _table(
    """
    docker login, podman login, nerdctl login, buildah login, skopeo login, oras login, crane auth login, helm registry login: -p*
    helm repo add, twine upload, az login, expo login, rabbitmqadmin, evil-winrm, rdesktop, steghide, useradd, usermod: -p
    cosign login, regctl registry login, psexec, winexe: -p
    mysql, mysqldump, mysqladmin, mysqlimport, mysqlcheck, mysqlshow, mysqlslap, mysqlsh, mariadb, mariadb-dump, mariadb-admin, mycli: -p+
    sshpass: -p*
    redis-cli, valkey-cli, keydb-cli, redis-benchmark: -a
    mongo, mongosh, mongodump, mongorestore, mongoexport, mongoimport, mongostat, cqlsh, influx, clickhouse-client: -p
    ldapsearch, ldapmodify, ldapadd, ldapdelete, ldapwhoami, ldapcompare, ldapmodrdn: -w
    ldappasswd: -w -a -s
    sqlcmd, bcp, osql, isql: -P*
    zip, unzip, zipcloak: -P*
    7z, 7za, 7zz, 7zr: -p+
    rar, unrar: -p+ -hp+
    openssl enc, openssl: -k
    ssh-keygen: -N -P
    mosquitto_pub, mosquitto_sub, mosquitto_rr: -P
    doctl, vercel, codecov, surge: -t
    gh secret set, gh variable set: -b
    security add-generic-password, security add-internet-password, security find-generic-password: -w
    smbclient, rpcclient: --password
    ftp, lftp, ncftp: -p
    wireguard: -k
    ipmitool: -P
    snmpget, snmpwalk, snmpset, snmpgetnext, snmpbulkwalk: -A -X -c
    kinit, kadmin: -w
    openai, openai api: -k
    pdftk: -w
    qpdf: --password
    gpg, gpg2: --passphrase
    """
)

# Options whose value is NAME SEPARATOR SECRET: curl -u name:X
PAIRS = {
    ":": (
        frozenset("curl wget http https xh curlie aria2c etcdctl ab siege hey oha bombardier elasticdump newman grpcurl lftp svn hg restic".split()),
        frozenset("-u --user -U --proxy-user -a --auth -A --http-user --basic --creds --basic-auth --credentials".split()),
    ),
    # any program: -auth admin:X
    "": (frozenset(), frozenset("-auth --auth --basic-auth --proxy-user --creds --credentials --proxy-auth --src-creds --dest-creds".split())),
    "%": (frozenset("smbclient rpcclient smbget net smbmap wmic winexe".split()), frozenset("-U --user".split())),
    ",": (frozenset(("lftp",)), frozenset("-u --user".split())),
}  # fmt: skip

# Bare arguments that are secrets: program and subcommands → their places (1 is the first after them, -1 the last)
ARGUMENTS = {
    ("vault", "login"): (1,),
    ("cargo", "login"): (1,),
    ("snyk", "auth"): (1,),
    ("ngrok", "authtoken"): (1,),
    ("ngrok", "config", "add-authtoken"): (1,),
    ("rclone", "obscure"): (1,),
    ("ansible-vault", "encrypt_string"): (1,),
    ("wpa_passphrase",): (2,),
    ("net", "user"): (2,),
    ("rabbitmqctl", "add_user"): (2,),
    ("rabbitmqctl", "change_password"): (2,),
    ("mc", "alias", "set"): (3, 4),
    ("mc", "config", "host", "add"): (3, 4),
    ("netlify", "env:set"): (2,),
    ("chamber", "write"): (3,),
    ("pulumi", "config", "set"): (2,),
    ("composer", "config"): (3,),
    ("poetry", "config"): (2, 3),
    ("dotenvx", "set"): (2,),
    ("keyring", "set"): (3,),
    ("htpasswd",): (-1,),
    ("mosquitto_passwd",): (-1,),
    ("mkpasswd",): (-1,),
    ("openssl", "passwd"): (-1,),
    ("wandb", "login"): (1,),
    ("redis-cli", "auth"): (-1,),
    ("redis-cli", "AUTH"): (-1,),
    ("samba-tool", "user", "create"): (2,),
    ("samba-tool", "user", "setpassword"): (-1,),
    ("grafana-cli", "admin", "reset-admin-password"): (-1,),
    ("cf", "set-env"): (3,),
    ("bw", "unlock"): (1,),
    ("llm", "keys", "set"): (2,),
    ("now", "secrets", "add"): (2,),
}
# … only where one of these options stands
ARGUMENTS_NEED = {
    ("mosquitto_passwd",): late.pattern(r"^-\w*b"),
    ("samba-tool", "user", "setpassword"): late.pattern(r"^--newpassword"),
    ("htpasswd",): late.pattern(r"^-\w*b"),
    ("pulumi", "config", "set"): late.pattern(r"^--secret$"),
    ("poetry", "config"): late.pattern(r"^(?:pypi-token|http-basic)\."),
    ("composer", "config"): late.pattern(r"^(?:http-basic|bearer|github-oauth|gitlab-token|bitbucket-oauth)\b"),
}

# A word of these, then a word that stores, and every value given is a secret: fly secrets set A=b, aws secretsmanager …
VAULTS = frozenset(
    "vault secret secrets secretsmanager keyvault ssm secretstore secret-store set-secret setsecret".split()
)
STORES = late.pattern(
    r"^(?:set|put|create|add|write|update|import|new|edit|[\w-]*(?:create|put|update)[\w-]*|config:set|env:set)$"
)
VALUES = frozenset(
    "--value --body -b -v --secret-string --data --secret-data --string-data --from-literal --secret-value".split()
)

# Words by which a command takes a secret from its standard input
READS_SECRET = late.pattern(
    r"^(?:--?(?:password|passphrase|token|secret|pass|auth)[\w-]*stdin|--with-token|--stdin-password|--passphrase-fd|--password-fd|"
    r"chpasswd|smbpasswd|kinit|--pass-stdin)$"
)
READS_SECRET_BY = (
    ("sudo", late.pattern(r"^(?:-\w*S\w*|--stdin)$")),
    ("passwd", late.pattern(r"^--stdin$")),
    ("htpasswd", late.pattern(r"^-\w*i")),
    ("openssl", late.pattern(r"^(?:stdin|fd:0)$")),
    ("vault", late.pattern(r"^-$")),
    ("gpg", late.pattern(r"^--passphrase-fd(?:=0)?$")),
    ("cryptsetup", late.pattern(r"^(?:luks\w+|open|-)$")),
    ("docker", late.pattern(r"^secret$")),
    ("gh", late.pattern(r"^secret$")),
    ("wrangler", late.pattern(r"^secret$")),
    ("vercel", late.pattern(r"^env$")),
    ("ssh-add", late.pattern(r"^-$")),
    ("keyctl", late.pattern(r"^padd$")),
    ("pass", late.pattern(r"^insert$")),
)  # fmt: skip

# Programs that look for words: what they are given names a secret and is none
SEARCHERS = frozenset(
    "grep egrep fgrep rg ag ack git find fd sed awk cat head tail less wc ls jq yq man help tldr which printenv unset type test".split()
)
# Verbs after which a bare name is followed by its value: aws configure set aws_secret_access_key X
SETS = frozenset("set configure config connect modify put add --set --global --local create".split())
