/**
 * The controls of NIST SP 800-53, Revision 5, that policies serve: what an auditor of contingency planning (its family
 * CP) asks for by these numbers.
 */
const titles = {
  "CP-2(2)": "Contingency Plan: Capacity Planning",
  "CP-4": "Contingency Plan Testing",
  "CP-6(1)": "Alternate Storage Site: Separation from Primary Site",
  "CP-9": "System Backup",
  "CP-9(8)": "System Backup: Cryptographic Protection",
  "CP-10": "System Recovery and Reconstitution",
  "CP-10(2)": "System Recovery and Reconstitution: Transaction Recovery",
} as const;

export type Control = keyof typeof titles;

export interface Framework {
  readonly name: string;
  readonly version: string;
  /** The control's number. */
  readonly reference: string;
  /** The control's title. */
  readonly specification: string;
}

/** Where the framework can be read. */
export const frameworkUrl = "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final";

/** A control with the framework that it is of. */
export function frameworkOf(control: Control): Framework {
  return { name: "NIST SP 800-53", version: "Rev. 5", reference: control, specification: titles[control] };
}
