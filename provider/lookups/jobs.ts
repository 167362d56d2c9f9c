import type { JsonSchema } from "../schemas/json-schema.ts";
import type { Lookup } from "./lookup.ts";

const usualLimit = 20;

const taskSchema: JsonSchema = {
  type: "object",
  description: "A step of a job.",
  additionalProperties: false,
  required: ["name", "state"],
  properties: {
    name: { type: "string", description: "What it does." },
    state: { type: "string", description: "How far it is." },
  },
};

const jobSchema: JsonSchema = {
  type: "object",
  description: "A change that the engine carried out or carries out.",
  additionalProperties: false,
  required: ["id", "scenario", "targetId", "state", "startTime", "tasks"],
  properties: {
    id: { type: "string", description: "The job's id." },
    scenario: { type: "string", description: "What it does, in Azure's word, such as PlannedFailover." },
    targetId: { type: "string", description: "ARM id of the item or plan that it changes." },
    state: { type: "string", description: "How far it is." },
    startTime: { type: "string", description: "When it began; ISO 8601." },
    endTime: { type: "string", description: "When it ended; ISO 8601; absent while it runs." },
    tasks: { type: "array", description: "Its steps in order.", items: taskSchema },
  },
};

/** `getJobs`: what the engine did. */
export const jobsLookup: Lookup = {
  name: "getJobs",
  description: "The engine's jobs, newest first.",
  inputs: {
    type: "object",
    additionalProperties: false,
    properties: {
      targetId: {
        type: "string",
        description: "ARM id of a protected item or recovery plan; absent, jobs of all.",
      },
      limit: { type: "integer", description: `How many at most. Default ${usualLimit}.` },
    },
  },
  outputs: {
    type: "object",
    additionalProperties: false,
    required: ["jobs"],
    properties: { jobs: { type: "array", description: "The jobs, newest first.", items: jobSchema } },
  },
  run: async ({ engine }, { targetId, limit }) => {
    const target = typeof targetId === "string" ? { targetId } : {};
    const jobs = engine.jobs({ ...target, limit: typeof limit === "number" ? limit : usualLimit });
    return {
      jobs: jobs.map((job) => ({
        id: job.id,
        scenario: job.scenario,
        targetId: job.targetId,
        state: job.state,
        startTime: new Date(job.startedAt).toISOString(),
        ...(job.endedAt === undefined ? {} : { endTime: new Date(job.endedAt).toISOString() }),
        tasks: job.tasks.map(({ name, state }) => ({ name, state })),
      })),
    };
  },
};
