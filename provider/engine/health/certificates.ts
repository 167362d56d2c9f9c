import { describeExpiry, expiriesAmong } from "../../certificate-expiry.ts";
import { certificatesOf } from "../../drivers/objects-https/certificates.ts";
import type { HttpsSettings } from "../../drivers/objects-https/settings.ts";
import { findThing } from "../../store/things.ts";
import { relationshipOf } from "../../model/relationship.ts";
import { type HolderInputs, storeLocationOf } from "../store-locations.ts";
import type { HealthCheck } from "./health-note.ts";

/** The certificates that open the place of the replica end soon: from then on no cycle reaches it. */
export const certificateNotes: HealthCheck = ({ parts, item }) => {
  const holder = findThing<HolderInputs>(parts.store, relationshipOf(item).replicaStoreId);
  const location = holder && storeLocationOf(parts.home, holder);
  if (location === undefined || "folder" in location || location.address.driver !== "https") return [];
  const now = parts.clock.now();
  return expiriesAmong(certificatesOf(location.address.settings as HttpsSettings), now).map((expiry) => ({
    severity: expiry.isOver ? ("Critical" as const) : ("Warning" as const),
    code: "CertificateEnds",
    text: `${describeExpiry(expiry, now)}; have a new one made at the other site (siterecovery target trust), and put its file in place of this one`,
  }));
};
