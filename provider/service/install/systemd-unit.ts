/** The service as a unit of systemd, with the least rights that it needs. */
import { type InstalledService, killAfterSeconds, serveWords, writtenPaths } from "./installed-service.ts";

/** A word as systemd reads it: quoted, with its specifiers (`%h`) and variables (`$HOME`) as plain text. */
function word(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("%", "%%")}"`;
}

/** In a command line `$` begins a variable. */
function commandWord(text: string): string {
  return word(text).replaceAll("$", "$$$$");
}

/** The text of `siterecovery.service`. Throws `InvalidInput` for a path that systemd cannot take. */
export function systemdUnit(service: InstalledService): string {
  const { node, program, home, user } = service;
  const written = writtenPaths(service);
  const command = [node, program, ...serveWords(service)].map(commandWord).join(" ");
  const paths = written.map(word);
  return `# Replication, drills and notifications of one home. Made by: siterecovery service install
# Put it into /etc/systemd/system/siterecovery.service, then: systemctl daemon-reload && systemctl enable --now siterecovery
[Unit]
Description=Site recovery: replication, drills and notifications
Wants=network-online.target
After=network-online.target
# Without its folders the service would find no machine: it starts when they are mounted.
RequiresMountsFor=${paths.join(" ")}
StartLimitIntervalSec=0

[Service]
Type=exec
User=${user.name}
WorkingDirectory=${word(home).slice(1, -1)}
ExecStart=${command}
# Secrets that service.yaml takes from environment variables; a file that only root may read.
EnvironmentFile=-/etc/siterecovery/environment
Restart=on-failure
RestartSec=10
# How it ends when it is stopped while a cycle runs; the next cycle resumes that one.
SuccessExitStatus=130 143
TimeoutStopSec=${killAfterSeconds(service)}
# Machines that were started from replicas, and what serves their disks, run on.
KillMode=process

# Least rights
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
UMask=0077
ProtectSystem=strict
ProtectHome=read-only
# /tmp has the sockets of running machines: commands in a terminal meet the service there.
ReadWritePaths=${paths.join(" ")} /tmp
DevicePolicy=closed
DeviceAllow=/dev/kvm rw
ProtectProc=default
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=no
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallErrorNumber=EPERM

[Install]
WantedBy=multi-user.target
`;
}
