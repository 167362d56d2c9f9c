/**
 * Where a hypervisor is, as libvirt names it: `qemu:///system`, `qemu:///session`, `qemu+ssh://root@kvm1/system`. An
 * inventory is such a text or a folder.
 */

/** Whether a text is the address of a hypervisor, and so no folder. */
export function isHypervisorUri(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
}

/** Why machines cannot be looked for there, as the end of a sentence; `undefined` if they can. */
export function hypervisorUriProblem(uri: string): string | undefined {
  if (!/^qemu(\+[a-z0-9]+)?:\/\//.test(uri))
    return "is no address of QEMU machines of libvirt: those begin with qemu:///, such as qemu:///system, or qemu+ssh://";
  if (/[#\s]/.test(uri)) return "has a space or a # in it, which no address of libvirt has";
  if (!/^[^?]*\/(system|session)(\?|$)/.test(uri))
    return "ends with neither /system nor /session, such as qemu:///system";
  if (/^[^/]*\/\/[^/@]*:[^/@]*@/.test(uri))
    return "has a password in it; let libvirt authenticate by an SSH key or its file auth.conf";
  return undefined;
}
