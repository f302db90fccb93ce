"""What learners get wrong in `compose`, and what to tell them."""
from grader.judge.mistakes import mistake

TEST = """test: ["CMD", "python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready')"]"""
CODE = "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/ready')"
GRACE = "    stop_grace_period: 20s  # more than the service's own grace of 10 s; what is left unsaid is 10 s, and then SIGKILL\n"
PORT = '"127.0.0.1:${SERVICE_PORT:-8000}:8000"'
MEMORY = "    mem_limit: 1g  # a leak ends this container, not its neighbours\n"
SECRET = "GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/grafana_password  # a path is no secret"

mistake("compose.service", """The service's port has no address, or 0.0.0.0, and so is published on every address of the machine. Docker writes rules of its
        own in front of the machine's firewall, so whoever reaches the machine reaches the service. With 127.0.0.1 only this machine does.""",
        name="service_published_everywhere", replace=PORT, by='"${SERVICE_PORT:-8000}:8000"',
        forms=[{"replace": PORT, "by": '"0.0.0.0:${SERVICE_PORT:-8000}:8000"'}])

mistake("compose.prometheus", """Prometheus' port has no address, or 0.0.0.0, and so is published on every address of the machine, past its firewall. Prometheus
        has no login: whoever reaches that port reads everything that is measured.""",
        name="prometheus_published_everywhere", replace='"127.0.0.1:9090:9090"', by='"9090:9090"',
        forms=[{"replace": '"127.0.0.1:9090:9090"', "by": "{target: 9090, published: 9090, host_ip: 0.0.0.0}"}])

mistake("compose.service", """The service's port on this machine is written as a number. `grader deploy --port` sets SERVICE_PORT, and nobody reads it: where 8000
        is taken the service cannot start.""",
        name="port_is_fixed", replace=PORT, by='"127.0.0.1:8000:8000"')

mistake("compose.service", """The variable stands where the container's port belongs. What is before the last colon is the port on this machine, what is behind it
        the one in the container, and there the service listens on 8000, whatever SERVICE_PORT says.""",
        name="ports_the_other_way_round", replace=PORT, by='"127.0.0.1:8000:${SERVICE_PORT:-8000}"')

mistake("compose.prometheus", """Prometheus' image is not pinned: a tag that is `latest`, or missing (which means the same), or a part of a version is moved to
        another image with each release. Two machines with this file then run two programs, and one day it breaks with no change of yours.""",
        name="prometheus_not_pinned", replace="prom/prometheus:v2.55.1", by="prom/prometheus:latest",
        forms=[{"replace": "prom/prometheus:v2.55.1", "by": "prom/prometheus"}, {"replace": "prom/prometheus:v2.55.1", "by": "prom/prometheus:v2.55"}])

mistake("compose.grafana", """Grafana's image is not pinned: a tag that is `latest`, or missing (which means the same), or a part of a version is moved to another
        image with each release. Two machines with this file then run two programs, and one day it breaks with no change of yours.""",
        name="grafana_not_pinned", replace="grafana/grafana:11.4.0", by="grafana/grafana:latest",
        forms=[{"replace": "grafana/grafana:11.4.0", "by": "grafana/grafana:11"}])

mistake("compose.service", """The service is not built of the course's folder with infra/Dockerfile. `context` is the folder whose files the build may copy, relative
        to this file; `dockerfile` is relative to the context. From a folder below, no COPY finds what lies above it.""",
        name="another_context", replace="{context: ../../.., dockerfile: infra/Dockerfile}", by=".",
        forms=[{"replace": "context: ../../..,", "by": "context: .,"},
               {"replace": "dockerfile: infra/Dockerfile", "by": "dockerfile: ../../../infra/Dockerfile"},
               {"replace": "{context: ../../.., dockerfile: infra/Dockerfile}", "by": "../../.."}])

mistake("compose.service", """The service runs as root. What breaks out of the program is then root in the container, and a hole in the kernel away from root on the
        machine; `user` takes the image's own choice back.""",
        name="runs_as_root", replace='user: "10001"', by='user: "0"', forms=[{"replace": 'user: "10001"', "by": "user: root"}])

mistake("compose.grafana", """Grafana's user is left to its image, where the next version may choose another. The file that says who runs what is this one, and
        the contract asks for the number.""",
        name="user_is_left_to_the_image", replace='    user: "472"\n', by="")

mistake("compose.service", """The service is left capabilities of root's that it does not need, or has some added. Its port is above 1024, and it owns its files: it
        needs none.""",
        name="capabilities_are_kept", replace="    cap_drop: [ALL]\n", by="",
        forms=[{"replace": "cap_drop: [ALL]", "by": "cap_drop: [NET_ADMIN, SYS_ADMIN]"},
               {"replace": "cap_drop: [ALL]", "by": "cap_drop: [ALL]\n    cap_add: [NET_BIND_SERVICE]"}])

mistake("compose.service", """The service's root file system can be written to. It writes nothing, so nobody loses by `read_only: true` but whoever wants to leave a
        program behind.""",
        name="writable_root", replace="    read_only: true\n", by="")

mistake("compose.service", """The service has no limit of memory. A leak then takes the machine's, and the kernel ends whatever it thinks best, perhaps
        Prometheus, which would have told you.""",
        name="no_limit_of_memory", replace=MEMORY, by="",
        forms=[{"replace": MEMORY, "by": "    mem_reservation: 1g\n"},
               {"replace": MEMORY, "by": "    deploy: {resources: {reservations: {memory: 1g}}}\n"}])

mistake("compose.grafana", """Grafana's limit of memory has no unit, or another one than it should have. A number alone is bytes: 512 of them are less than one
        page, and no container starts with that.""",
        name="bytes_for_megabytes", replace="mem_limit: 512m", by="mem_limit: 512", forms=[{"replace": "mem_limit: 512m", "by": "mem_limit: 512k"}])

mistake("compose.service", """The service's health check asks /live. That says that the process answers at all, also while it is stopping, or cannot serve yet.
        Who waits for its health wants to send requests: /ready says whether they should come.""",
        name="asks_whether_it_lives", replace="8000/ready", by="8000/live")

mistake("compose.service", """The service's health check calls curl or wget, and the image has neither: the command is not found, which is a failure, so the service
        never is healthy and nothing that waits for it starts. Ask by what is there.""",
        name="curl_is_not_there", replace=TEST, by='test: ["CMD", "curl", "--fail", "http://127.0.0.1:8000/ready"]',
        forms=[{"replace": TEST, "by": "test: curl -f http://localhost:8000/ready || exit 1"},
               {"replace": TEST, "by": 'test: ["CMD", "wget", "-q", "--spider", "http://127.0.0.1:8000/ready"]'}])

mistake("compose.service", """The service's health check ends with success whatever the answer was: a shell's `|| true`, or an `except` around the question. So it
        is healthy as long as the command can be started.""",
        name="always_healthy", replace=TEST, by=f'test: ["CMD-SHELL", "python -c \\"{CODE}\\" || true"]',
        forms=[{"replace": TEST, "by": 'test: ["CMD-SHELL", "python -c \\"%s\\"; exit 0"]' % CODE},
               {"replace": TEST, "by": 'test: ["CMD", "python", "-c", "import urllib.request\\ntry:\\n  urllib.request.urlopen(\'http://127.0.0.1:8000/ready\')\\nexcept OSError: pass"]'}])

mistake("compose.service", """The service's health check is CMD with a whole line as one text. CMD starts a program and gives it arguments, without a shell: here it
        looks for a program whose name is that line. Give each argument by itself, or write CMD-SHELL.""",
        name="a_line_for_a_program", replace=TEST, by=f'test: ["CMD", "python -c \\"{CODE}\\""]')

mistake("compose.service", """The service's health check leaves `interval` out, which then is 30 s. For half a minute nothing that waits for it can start, and a
        service that has gone bad is still called healthy.""",
        name="interval_is_left_out", replace="      interval: 5s\n", by="")

mistake("compose.service", """Failures of the service's health check count from the first second on. While it loads its model it cannot be ready, so on a slow
        machine it is called unhealthy before it has begun, and what waits for it gives up.""",
        name="no_time_to_start", replace="      start_period: 20s\n", by="", forms=[{"replace": "start_period: 20s", "by": "start_period: 0s"}])

mistake("compose.service", """The service gets 10 s or less between SIGTERM and SIGKILL (10 s is what Compose takes where nothing is said). Its own grace is 10 s,
        and then connections are closed: a shutdown that uses its grace is killed before it has ended, with the requests in it.""",
        name="killed_within_its_grace", replace=GRACE, by="",
        forms=[{"replace": "stop_grace_period: 20s", "by": "stop_grace_period: 10s"}, {"replace": "stop_grace_period: 20s", "by": "stop_grace_period: 5s"}])

mistake("compose.service", """`stop_grace_period` has a number without a unit. Compose reads durations, such as 20s or 1m30s, and refuses the file.""",
        name="seconds_without_a_unit", replace="stop_grace_period: 20s", by="stop_grace_period: 20", forms=[{"replace": "stop_grace_period: 20s", "by": 'stop_grace_period: "20"'}])

mistake("compose.service", """The service gets another signal than SIGTERM to end by, and its handler is for SIGTERM: at once by SIGKILL, or by one that it does not
        know, it ends without its shutdown.""",
        name="another_signal", replace="    restart: unless-stopped\n", by="    restart: unless-stopped\n    stop_signal: SIGKILL\n",
        forms=[{"replace": "    restart: unless-stopped\n", "by": "    restart: unless-stopped\n    stop_signal: SIGQUIT\n"}])

mistake("compose.service", """The service's command is replaced, by a line for a shell. Then the shell is the first process and gets SIGTERM, and it does not hand it
        on: the service is killed at the end of its time. The image's own command starts Python itself.""",
        name="a_shell_before_it", replace='    user: "10001"\n',
        by='    user: "10001"\n    command: sh -c "python -m exercises.p3_systems.serving.service --host 0.0.0.0 --model /model.onnx; true"\n')

mistake("compose.service", """The service is not started again by all that may end it. Without `restart` nothing does; with `on-failure` an end with 0 is for
        good, and so is the machine's restart.""",
        name="not_started_again", replace="    restart: unless-stopped\n", by="",
        forms=[{"replace": "restart: unless-stopped", "by": 'restart: "no"'}, {"replace": "restart: unless-stopped", "by": "restart: on-failure"}])

mistake("compose.prometheus", """Prometheus waits until the service has been started, and not until it is healthy: that is what a list means, and `service_started`.
        A program that has been started may be far from ready.""",
        name="waits_for_a_start", replace="depends_on: {service: {condition: service_healthy}}", by="depends_on: [service]",
        forms=[{"replace": "condition: service_healthy", "by": "condition: service_started"}])

mistake("compose.prometheus", """The configuration that Prometheus reads is mounted for writing. Who gets into the container then changes files of this machine, and
        they stay changed when the container is gone. A mount is writable unless it ends in :ro, or says read_only: true.""",
        name="mounted_for_writing", replace="/etc/prometheus/prometheus.yml:ro", by="/etc/prometheus/prometheus.yml",
        forms=[{"replace": "/etc/prometheus/rules:ro", "by": "/etc/prometheus/rules"}])

mistake("compose.prometheus", """A path is written as from the course's folder. Paths of a compose file are relative to the file, and where nothing lies at a path, Docker
        makes an empty folder there: Prometheus then finds a folder where its file should be.""",
        name="relative_to_the_course", replace="../../../infra/prometheus", by="./infra/prometheus",
        forms=[{"replace": "../monitoring:", "by": "./exercises/p3_systems/monitoring:"}])

mistake("compose.prometheus", """What Prometheus keeps is in no named volume. Without a name it is in a volume which the next container does not find again: after
        `down` and `up` all that was measured is gone.""",
        name="data_without_a_name", replace="      - prometheus:/prometheus\n", by="",
        forms=[{"replace": "      - prometheus:/prometheus\n", "by": "      - /prometheus\n"}])

mistake("compose.grafana", """The password stands in the environment. `docker inspect` shows it, each child process gets it, and it is in every dump of the
        environment that ends up in a log. A secret is a file that only this container sees; GF_…__FILE says where.""",
        name="password_in_the_environment", replace=SECRET, by="GF_SECURITY_ADMIN_PASSWORD: admin",
        forms=[{"replace": SECRET, "by": 'GF_SECURITY_ADMIN_PASSWORD: "${GRAFANA_PASSWORD:-admin}"'},
               {"replace": SECRET, "by": SECRET + "\n      GF_SECURITY_ADMIN_PASSWORD: admin"}])

mistake("compose.grafana", """GF_SECURITY_ADMIN_PASSWORD__FILE names a path at which no secret is in the container. Compose puts a secret at /run/secrets/ and its
        name, whatever the file on this machine is called.""",
        name="no_secret_at_that_path", replace="__FILE: /run/secrets/grafana_password", by="__FILE: ../../../build/deploy/grafana_password",
        forms=[{"replace": "__FILE: /run/secrets/grafana_password", "by": "__FILE: grafana_password"}])

mistake("compose.grafana", """The secret is declared and Grafana does not get it: a container sees the secrets under its own `secrets`, and no other.""",
        name="secret_is_not_handed_out", replace="    secrets: [grafana_password]\n", by="")

mistake("compose.grafana", """Grafana is in the service's network too, and reaches it. It needs Prometheus alone: what a program cannot reach, nobody attacks by
        way of it.""",
        name="grafana_reaches_the_service", replace="networks: [drawing]", by="networks: [drawing, scraping]",
        forms=[{"replace": "networks: [drawing]", "by": "networks: [scraping]"}])

mistake("compose.shared", """A network, a volume or a secret is used and not declared: Compose refuses the file. What services share stands by its name at the end, if
        only as {}.""",
        name="not_declared", replace="networks: {scraping: {}, drawing: {}}", by="networks: {scraping: {}}",
        forms=[{"replace": "volumes: {prometheus: {}, grafana: {}}", "by": "volumes: {prometheus: {}}"},
               {"replace": "networks: {scraping: {}, drawing: {}}\n", "by": ""}])
