// The part of the import law about the ports to other systems, and what their drivers are made of.
/** @param {string} name @param {string} comment @param {object} from @param {object} to */
const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

/** @param {string} words what everybody may use, as a pattern */
exports.driverRules = (words) => [
  forbid(
    "ports-are-promises",
    "A port says what is promised. Whoever keeps it stands behind it.",
    { path: "^provider/ports/" },
    {
      path: "^provider/",
      pathNot: `^provider/(ports/|model/|blocks/file-system\\.ts$|disks/disk\\.ts$|${words})`,
    },
  ),
  forbid(
    "drivers-keep-ports",
    "A driver keeps the promises of its port, and knows nobody who relies on them.",
    { path: "^provider/drivers/", pathNot: "^provider/drivers/machines-" },
    { path: "^provider/", pathNot: `^provider/(drivers/|ports/|blocks/|${words})` },
  ),
  forbid(
    "machine-drivers-keep-ports",
    "A driver of machines is made of what runs and tracks them, and knows nobody who relies on it.",
    { path: "^provider/drivers/machines-" },
    {
      path: "^provider/",
      pathNot: `^provider/(drivers/machines-|ports/|blocks/|disks/|machines/|model/|nbd/|qemu/|vsphere/|${words})`,
    },
  ),
  forbid(
    "nbd-serves-any-disk",
    "The protocol knows nothing of replicas; the engine gives it the disks.",
    { path: "^provider/nbd/" },
    { path: "^provider/", pathNot: "^provider/(nbd/|(errors|message)\\.ts$)" },
  ),
  forbid(
    "qemu-runs-guests",
    "QEMU is started, asked and ended without a word of what is replicated; the engine decides what it is used for.",
    { path: "^provider/qemu/" },
    {
      path: "^provider/",
      pathNot: `^provider/(qemu/|nbd/|blocks/|disks/(block-set|disk|data-ranges)\\.ts$|model/(isolation-evidence|lineage|served-disks)\\.ts$|process-identity\\.ts$|machines/(run-command|command-environment)\\.ts$|${words})`,
    },
  ),
  forbid(
    "vsphere-asks-servers",
    "A vSphere server is asked without a word of what is replicated; a driver makes a machine of what it answers.",
    { path: "^provider/vsphere/" },
    { path: "^provider/", pathNot: `^provider/(vsphere/|blocks/|${words})` },
  ),
];
