"""Families of commands: what explains a failure, data that looks like chatter, changes of one sort, states drawn over."""

from __future__ import annotations

from random import Random

from headroom_mcp.evals.relatives.draw import Relative, name, put, routine, word


def cause_by_label(random: Random) -> Relative:
    """A description says what is wrong; the value it is about stands under a label."""
    thing, value = word(random), name(random)
    label, said = random.choice(
        (
            (f"Node-Selectors:              {thing}={value}", "0/9 nodes are available: 9 node(s) didn't match Pod's node affinity/selector."),
            (f"    ConfigMapName:           {value}", f'MountVolume.SetUp failed for volume "{thing}" : configmap "{value}" not found'),
            (f"    SecretName:  {value}", f'MountVolume.SetUp failed for volume "keys" : secret "{value}" not found'),
            (f"Tolerations:                 {value}=true:NoSchedule", "0/3 nodes are available: 3 node(s) had untolerated taint, see tolerations"),
            (f"    Image ID:       {value}@sha256:0f", f'Failed to pull image "{value}": not found'),
            (f"Service Account:  {value}", f'error looking up service account barn/{value}: serviceaccount "{value}" not found'),
        )
    )  # fmt: skip
    lines = [
        f"Name:             {thing}-5d4", "Namespace:        barn", "Status:           Pending", "IP:               ", "Containers:",
        *(line for n in range(random.randrange(1, 5)) for line in (
            f"  c{n}:", f"    Container ID:   cri://{random.getrandbits(64):x}", f"    Image:          registry.example.org/{thing}:1.{n}", "    Port:           80/TCP",
            "    Host Port:      0/TCP", "    State:          Waiting", "    Mounts:", "      /var/run/secrets from kube-api-access-x2x (ro)")),
        "Conditions:", "  Type           Status", "  PodScheduled   False ", "Volumes:", "  kube-api-access-x2x:",
        "    Type:                    Projected (a volume that contains injected data)", "    TokenExpirationSeconds:  3607",
        *([label] if label.startswith("    ") else []), "    ConfigMapOptional:       <nil>", "    DownwardAPI:             true",
        "QoS Class:                   Burstable", *([] if label.startswith("    ") else [label]),
        "Events:", "  Type     Reason            Age   From               Message", "  ----     ------            ----  ----               -------",
        f"  Warning  FailedScheduling  3m    default-scheduler  {said}",
    ]  # fmt: skip
    return Relative("\n".join(lines) + "\n", f"kubectl describe pod {thing}-5d4", [value])


def data_like_chatter(random: Random) -> Relative:
    """What a quiet command prints is data, be it written like the command's own chatter."""
    odd = name(random)
    count = random.randrange(30, 60)
    forms = (
        ("curl -s https://docs.example.org/{}.md", ["* Using scale {} needs a flag", "* Connected pens keep {} each", "* Trying waits for {} s"]),
        ("curl -s https://data.example.org/{}.txt", ["1900 {} 14.2 0.0 7", "1901 {} 15.1 0.3 9"]),
        ("curl -sL https://docs.example.org/{}", ["* Host {} is fed twice", "* Server certificate {} is kept by the miller"]),
        ("wget -qO- https://docs.example.org/{}.md", ["Saving to: the barn of pen {}", "Length: {} ells"]),
        ("tar -xOf notes.tar {}.md", ["a notes/{}.txt is kept", "x the sign of pen {}"]),
    )  # fmt: skip
    command, lines_of = random.choice(forms)
    lines = ["# Notes", "", *(random.choice(lines_of).format(n) for n in range(count))]
    lines.insert(random.randrange(3, 12), lines_of[0].format(odd))
    return Relative("\n".join(lines) + "\n", command.format(word(random)), [odd])


def one_change_of_many(random: Random) -> Relative:
    """A plan in which many things change alike, and one changes something else, too."""
    key, thing, count = name(random), word(random), random.randrange(14, 40)
    odd = random.randrange(count // 4, count * 3 // 4)
    tool = random.choice(("terraform", "tofu", "pulumi", "cdk", "ansible", "salt", "puppet"))
    lines: list[str] = []
    for n in range(count):
        a, b = f"{random.getrandbits(160):040x}", f"{random.getrandbits(160):040x}"
        if tool in ("terraform", "tofu"):
            lines += [
                f"  # box_instance.{thing}[{n}] will be updated in-place", f'  ~ resource "box_instance" "{thing}" {{', f'        id            = "i-{n:017x}"',
                f'      ~ user_data     = "{a}" -> "{b}"', *([f"      ~ {key} = true -> false"] if n == odd else []), "        # (28 unchanged attributes hidden)", "    }", "",
            ]  # fmt: skip
        elif tool == "pulumi":
            lines += [
                f"    ~ box:instance/{thing}: (update)", f"        [id=i-{n:017x}]", f"        [urn=urn:pulumi:dev::{thing}::box:instance::{thing}-{n}]",
                f"      ~ userData: {a} => {b}", *([f"      ~ {key}: true => false"] if n == odd else []),
            ]  # fmt: skip
        elif tool == "cdk":
            lines += [
                f"[~] AWS::EC2::Instance {thing}{n} {a[:20]}", " └─ [~] UserData", f"     ├─ [-] {a}", f"     └─ [+] {b}",
                *([f" └─ [~] {key}", "     ├─ [-] true", "     └─ [+] false"] if n == odd else []),
            ]  # fmt: skip
        elif tool == "ansible":
            lines += [
                f"TASK [{thing} : {random.choice(('check', 'copy', 'start'))} {n}] ***",
                f"{'changed' if n % 3 else 'ok'}: [web-{n % 4}]",
                "",
            ]
            lines += [f"TASK [{thing} : {key}] ***", "changed: [web-1]", ""] if n == odd else []
        elif tool == "salt":
            lines += [
                "----------", f"          ID: {thing}_{n}", "    Function: file.managed", "      Result: True", f"     Comment: File /srv/{thing}/{n}.conf is in the correct state",
                f"     Started: 09:00:{n % 60:02d}.00{n % 10}", f"    Duration: {n % 7 + 3}.{n % 10} ms", *(["     Changes:", f"              {key}: new"] if n == odd else ["     Changes:"]),
            ]  # fmt: skip
        else:
            lines += [
                f"Notice: /Stage[main]/{word(random).title()}/File[/srv/{thing}/{n}]/content: content changed '{{md5}}{a[:32]}' to '{{md5}}{b[:32]}'"
            ]
            lines += (
                [f"Notice: /Stage[main]/{thing.title()}/Service[{key}]/ensure: ensure changed 'running' to 'stopped'"]
                if n == odd
                else []
            )
    command = {"terraform": "terraform plan", "tofu": "tofu plan", "pulumi": "pulumi preview --diff", "cdk": "cdk diff", "ansible": "ansible-playbook site.yml", "salt": "salt-call state.apply", "puppet": "puppet agent -t"}[tool]  # fmt: skip
    return Relative("\n".join(lines) + "\n", command, [key])


def states_drawn_over(random: Random) -> Relative:
    """A line drawn again and again; one of its states says something else, and the next one overwrites it."""
    odd, thing, count = name(random), word(random), random.randrange(60, 300)
    progress = random.choice(
        (
            "uploading part {n} of {total} of the {thing}",
            "{thing}.tar  {percent}%[{bar:<20}]  {n}K  {speed}KB/s    eta {left}s",
            "frame={n:5d} fps={speed} q=28.0 size={n:8d}kB time=00:00:{left:02d}.00 bitrate={speed}kbits/s",
            "\x1b[2K{thing}: {percent}% [{bar:<20}] {n}/{total}",
            "     {bar:<20} {n}.0/{total}.0 kB {speed} kB/s eta 0:00:{left:02d}",
        )
    )
    said = random.choice(
        (
            "part {odd}: 403 forbidden, not sent again",
            "retry of {odd} gave up",
            "{odd}: checksum differs",
            "skipped {odd}, quota is used up",
        )
    )
    states: list[str] = []
    for n in range(count):
        states.append(
            progress.format(
                n=n, total=count, thing=thing, percent=n * 100 // count, bar="#" * (n * 20 // count), speed=random.randrange(300, 500), left=(count - n) % 60
            )
        )  # fmt: skip
    states = put(random, states, [said.format(odd=odd)])
    before = routine(random, random.randrange(0, 8))
    return Relative("\n".join([*before, "\r".join(states), "finished"]) + "\n", "./upload.sh", [odd])


def log_of_commits(random: Random) -> Relative:
    """A history with what each commit touched, as asked for; one of them touches something else."""
    odd, thing, count = f"secrets/{name(random)}.env", word(random), random.randrange(18, 40)
    form = random.choice(("--stat", "--name-status", "--numstat", "--name-only", "--raw"))
    at = random.randrange(count // 4, count * 3 // 4)
    lines: list[str] = []
    for n in range(count):
        touched = [f"lib/{thing}{n}.py", *([odd] if n == at else [])]
        lines += [
            f"commit {random.getrandbits(160):040x}",
            "Author: Ana <ana@example.org>",
            f"Date:   Tue Mar {n % 28 + 1} 09:00:00 2031 +0000",
            "",
            f"    change {n} of the {thing}",
            "",
        ]
        for path in touched:
            lines.append(
                {
                    "--stat": f" {path} | {n % 9 + 1} {'+' * (n % 5 + 1)}-",
                    "--name-status": f"M\t{path}",
                    "--numstat": f"{n % 9 + 1}\t{n % 4}\t{path}",
                    "--name-only": path,
                    "--raw": f":100644 100644 {n:07x} {n + 1:07x} M\t{path}",
                }[form]
            )
        if form == "--stat":
            lines.append(f" {len(touched)} file{'s' if len(touched) > 1 else ''} changed, {n % 9 + 1} insertions(+)")
        lines.append("")
    return Relative("\n".join(lines), f"git log {form} -{count}", [odd])


FAMILIES = {
    "cause_by_label": cause_by_label,
    "data_like_chatter": data_like_chatter,
    "one_change_of_many": one_change_of_many,
    "states_drawn_over": states_drawn_over,
    "log_of_commits": log_of_commits,
}
