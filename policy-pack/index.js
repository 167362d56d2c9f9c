// The folder for `pulumi preview --policy-pack`; the policies are in provider/policies.
import { registerPack } from "../dist/policies/register-pack.js";

registerPack(import.meta.dirname);
