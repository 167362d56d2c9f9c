import { expect, it } from "vitest";
import { systemClock } from "../../../provider/clock.ts";
import { PatientDisk } from "../../../provider/engine/instant-start/patient-disk.ts";
import { SiteRecoveryError } from "../../../provider/errors.ts";

/** A clock on which a wait takes no time. */
const clock = { ...systemClock, sleep: () => Promise.resolve() };
const away = new SiteRecoveryError("TargetUnreachable", "The account does not answer.");

/** A disk that fails with the errors given, and then works. */
function failing(errors: Error[]): ConstructorParameters<typeof PatientDisk>[0] {
  const attempt = <T>(value: T): Promise<T> => {
    const error = errors.shift();
    return error === undefined ? Promise.resolve(value) : Promise.reject(error);
  };
  return {
    sizeBytes: 4096,
    read: (buffer) => attempt(undefined).then(() => void buffer.fill(7)),
    write: () => attempt(undefined),
    flush: () => attempt(undefined),
    allocation: () => attempt([]),
  };
}

function patient(errors: Error[], stop = new AbortController()): { disk: PatientDisk; told: Error[] } {
  const told: Error[] = [];
  const tell = (error: Error): void => {
    told.push(error);
    if (told.length === 5) stop.abort();
  };
  return { disk: new PatientDisk(failing(errors), { clock, stop: stop.signal, tell }), told };
}

it("waits while the recovery point cannot be reached, and then answers", async () => {
  const { disk, told } = patient([away, away]);
  const buffer = Buffer.alloc(4);
  await disk.read(buffer, 0);
  expect([...buffer]).toEqual([7, 7, 7, 7]);
  expect(told).toEqual([away, away]);
});

it("reports at once what time does not heal", async () => {
  const damaged = new SiteRecoveryError("Damaged", "A segment is damaged.");
  await expect(patient([damaged]).disk.read(Buffer.alloc(4), 0)).rejects.toBe(damaged);
  const full = new SiteRecoveryError("DiskFull", "There is no room.");
  await expect(patient([full]).disk.write(Buffer.alloc(4), 0)).rejects.toBe(full);
});

it("waits no more when the server is to end", async () => {
  const { disk, told } = patient(Array.from({ length: 20 }, () => away));
  await expect(disk.allocation(0, 4096)).rejects.toBe(away);
  expect(told).toHaveLength(5);
});
