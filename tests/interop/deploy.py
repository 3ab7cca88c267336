"""Reads what lies in deploy/ as the programs do that it is meant for, and prints what it found there as JSON.

deploy.py WORD FOLDER: commands, kubernetes, ci. What the judge refuses ends with an error.
"""

import json
import re
import shlex
import sys
from pathlib import Path

IMAGE = "trustpack"


def yaml_documents(path):
    import yaml

    with open(path, encoding="utf-8") as file:
        return [document for document in yaml.safe_load_all(file) if document]


def kustomizations(folder):
    """Each with its folder; what they generate and read is found by them."""
    for path in sorted((folder / "kubernetes").rglob("kustomization.yaml")):
        [document] = yaml_documents(path)
        yield path.parent, document


def pods(document):
    """The template of the pods that a resource makes."""
    if document["kind"] == "CronJob":
        document = document["spec"]["jobTemplate"]
    template = document.get("spec", {}).get("template")
    return [template] if template else []


# What is run


def commands_of_kubernetes(folder):
    for its, kustomization in kustomizations(folder):
        literals = {}
        for generator in kustomization.get("configMapGenerator", []):
            for literal in generator.get("literals", []):
                key, _, value = literal.partition("=")
                literals[(generator["name"], key)] = value
        for name in kustomization["resources"]:
            for document in yaml_documents(its / name):
                for pod in pods(document):
                    for container in pod["spec"]["containers"]:
                        assert container["image"] == IMAGE and "command" not in container, container
                        yield from command_of_container(its / name, container, literals)


def command_of_container(path, container, literals):
    """With its variables in their places, but for the index, which each pod gets."""
    environment = {}
    for variable in container.get("env", []):
        reference = variable.get("valueFrom", {}).get("configMapKeyRef")
        if reference:
            environment[variable["name"]] = literals[(reference["name"], reference["key"])]
        elif "value" in variable:
            environment[variable["name"]] = variable["value"]
    place = re.compile(r"\$\(([A-Z_]+)\)")
    words = [place.sub(lambda name: environment.get(name[1], name[0]), word) for word in container["args"]]
    yield {"file": str(path), "words": words, "environment": environment}


def commands_of_systemd(folder):
    for path in sorted((folder / "systemd").glob("*.service")):
        text = path.read_text(encoding="utf-8").replace("\\\n", " ")
        for line in text.splitlines():
            if line.startswith("ExecStart="):
                program, *words = shlex.split(line.removeprefix("ExecStart="))
                assert program == "/usr/local/bin/trustpack", line
                yield {"file": str(path), "words": words, "environment": {}}


def commands_of_ci(folder):
    """As lines of a shell."""
    [github] = yaml_documents(folder / "ci/github.yml")
    steps = [step for job in github["jobs"].values() for step in job["steps"]]
    scripts = {"github.yml": [step["run"] for step in steps if "run" in step]}
    [gitlab] = yaml_documents(folder / "ci/gitlab-ci.yml")
    scripts["gitlab-ci.yml"] = [line for job in gitlab.values() for line in job["script"]]
    for name, lines in scripts.items():
        for line in "\n".join(lines).replace("\\\n", " ").splitlines():
            if line.startswith("trustpack "):
                yield {"file": str(folder / "ci" / name), "line": line}


def read_commands(folder):
    return [*commands_of_kubernetes(folder), *commands_of_systemd(folder), *commands_of_ci(folder)]


# Kubernetes


def read_kubernetes(folder):
    """Each resource by the schema of its kind; then what no schema sees: whether the parts know each other."""
    import kubernetes_validate

    kinds = []
    for its, kustomization in kustomizations(folder):
        resources = [document for name in kustomization["resources"] for document in yaml_documents(its / name)]
        listed = {*kustomization["resources"], "kustomization.yaml"}
        there = {path.name for path in its.glob("*.yaml")}
        assert listed == there, (its, listed ^ there)
        for document in resources:
            kinds.append(document["kind"])
            # a kind that an operator brings
            if document["apiVersion"] != "monitoring.coreos.com/v1":
                kubernetes_validate.validate(document, kubernetes_validate.latest_version(), strict=True)
            for pod in pods(document):
                assert_pod_is_restricted(pod["spec"])
                assert_pod_finds_its_parts(pod["spec"], resources, kustomization, its)
            if document["kind"] == "Job":
                assert_policy_names_a_container(document["spec"], document["spec"]["template"]["spec"])
            if document["kind"] == "CronJob":
                job = document["spec"]["jobTemplate"]["spec"]
                assert_policy_names_a_container(job, job["template"]["spec"])
    assert_the_exporter_is_found(folder)
    return {"kinds": sorted(kinds), "shards": shards(folder)}


def assert_pod_is_restricted(pod):
    """Pod Security Standards, "restricted", and a root that cannot be written to."""
    context = pod["securityContext"]
    assert context["runAsNonRoot"] is True and context["runAsUser"] > 0, context
    assert context["seccompProfile"]["type"] == "RuntimeDefault", context
    assert pod["automountServiceAccountToken"] is False
    for container in pod["containers"]:
        context = container["securityContext"]
        assert context["allowPrivilegeEscalation"] is False and context["readOnlyRootFilesystem"] is True, context
        assert context["capabilities"]["drop"] == ["ALL"], context
        assert container["resources"]["requests"] and container["resources"]["limits"]["memory"]


def assert_pod_finds_its_parts(pod, resources, kustomization, folder):
    generated = {one["name"]: one for one in kustomization.get("configMapGenerator", [])}
    claims = {one["metadata"]["name"] for one in resources if one["kind"] == "PersistentVolumeClaim"}
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    for volume in volumes.values():
        if "configMap" in volume:
            for name in generated[volume["configMap"]["name"]]["files"]:
                assert (folder / name).is_file(), name
        if "persistentVolumeClaim" in volume:
            assert volume["persistentVolumeClaim"]["claimName"] in claims, volume
    for container in pod["containers"]:
        mounts = {mount["mountPath"]: volumes[mount["name"]] for mount in container["volumeMounts"]}
        for path in re.findall(r"(?<![\w.])/[\w./()$-]+", " ".join(container["args"])):
            folder_of_path = str(Path(path).parent)
            assert folder_of_path in mounts, path
            files = generated.get(mounts[folder_of_path].get("configMap", {}).get("name"), {}).get("files")
            assert files is None or Path(path).name in files, path


def assert_policy_names_a_container(job, pod):
    names = {container["name"] for container in pod["containers"]}
    for rule in job.get("podFailurePolicy", {}).get("rules", []):
        assert rule["onExitCodes"]["containerName"] in names, rule
        assert pod["restartPolicy"] == "Never", "a policy needs it"


def assert_the_exporter_is_found(folder):
    deployment, service = yaml_documents(folder / "kubernetes/exporter.yaml")
    [monitor] = yaml_documents(folder / "kubernetes/monitoring/service-monitor.yaml")
    pod = deployment["spec"]["template"]
    [container] = pod["spec"]["containers"]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    assert any(word.endswith(f":{ports['metrics']}") for word in container["args"]), "it listens elsewhere"
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert deployment["spec"]["selector"]["matchLabels"].items() <= pod["metadata"]["labels"].items()
    [port] = service["spec"]["ports"]
    assert port["targetPort"] in ports and port["port"] == ports["metrics"]
    assert monitor["spec"]["selector"]["matchLabels"].items() <= service["metadata"]["labels"].items()
    assert [endpoint["port"] for endpoint in monitor["spec"]["endpoints"]] == [port["name"]]
    policies = yaml_documents(folder / "kubernetes/network-policy.yaml")
    opened = [port["port"] for policy in policies for rule in policy["spec"].get("ingress", []) for port in rule["ports"]]
    assert opened == [ports["metrics"]]


def shards(folder):
    [job] = yaml_documents(folder / "kubernetes/shards/shards.yaml")
    [container] = job["spec"]["template"]["spec"]["containers"]
    told = {variable["name"]: variable.get("value") for variable in container["env"]}["TRUSTPACK_SHARDS"]
    assert int(told) == job["spec"]["completions"], told
    return job["spec"]["completions"]


# CI


def read_ci(folder):
    import subprocess

    for name, schema in (("github.yml", "github-workflows"), ("gitlab-ci.yml", "gitlab-ci")):
        judge = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", folder / "ci" / name]
        subprocess.run(judge, check=True, stdout=sys.stderr)
    return {}


if __name__ == "__main__":
    word, folder = sys.argv[1:]
    print(json.dumps(globals()["read_" + word](Path(folder))))
