/** The service as a container: what builds its image, and how it is run. */
import { type InstalledService, killAfterSeconds, serveWords, writtenPaths } from "./installed-service.ts";
import { shellWord } from "../../shell-word.ts";

/** The text of a `Containerfile`, with the command that runs its image. */
export function containerFile(service: InstalledService): string {
  const { user, version, config } = service;
  const mounts = [
    ...writtenPaths(service).map((folder) => `--volume ${shellWord(`${folder}:${folder}`)}`),
    ...(config === undefined ? [] : [`--volume ${shellWord(`${config}:${config}:ro`)}`]),
    "--volume /tmp:/tmp",
  ];
  const run = [
    "docker run --name siterecovery --restart unless-stopped --init",
    `--user ${user.uid}:${user.gid} --read-only --cap-drop ALL --security-opt no-new-privileges`,
    `--stop-timeout ${killAfterSeconds(service)} --network host`,
    ...mounts,
    "siterecovery",
  ];
  return `# Replication, drills and notifications of one home. Made by: siterecovery service install --container
# 1. npm pack makes siterecovery-${version}.tgz in a checkout of siterecovery; put it beside this file
# 2. docker build --tag siterecovery --file Containerfile .
# 3. ${run.join(" \\\n#      ")}
# Folders have the same paths inside as outside, since they stand in the home's records. The network is the host's: a disk
# is claimed there, so that no two processes write to it, and health and metrics are for this computer only.
FROM docker.io/library/node:24-slim
COPY siterecovery-${version}.tgz /tmp/
RUN npm install --global --omit=dev /tmp/siterecovery-${version}.tgz
# Machines with a guest in QEMU need it here as well:
# RUN apt-get update && apt-get install --yes --no-install-recommends qemu-system-x86 qemu-utils && rm -rf /var/lib/apt/lists/*
USER ${user.uid}:${user.gid}
STOPSIGNAL SIGTERM
ENTRYPOINT ${JSON.stringify(["siterecovery"])}
CMD ${JSON.stringify(serveWords(service))}
`;
}
