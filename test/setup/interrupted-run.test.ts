import { describe, expect, test } from "vitest";
import { findProviders } from "../../setup/end-orphaned-providers.mjs";
import { dropInterrupted } from "../../setup/forget-interrupted-operations.mjs";

describe("what an interrupted run leaves in the state", () => {
  const resource = { urn: "urn:pulumi:dev::siterecovery::pulumi-nodejs:dynamic:Resource::db-01" };

  test("operations under way are dropped and named; everything else is kept", () => {
    const resources = [{ urn: "urn:pulumi:dev::siterecovery::pulumi:pulumi:Stack::siterecovery-dev" }];
    const state = {
      version: 3,
      deployment: { manifest: {}, resources, pending_operations: [{ resource, type: "creating" }] },
    };
    expect(dropInterrupted(state)).toEqual({
      kept: { version: 3, deployment: { manifest: {}, resources } },
      dropped: [{ name: "db-01", type: "creating" }],
    });
  });

  test("a state without them stays as it is", () => {
    const state = { version: 3, deployment: { manifest: {}, resources: [] } };
    expect(dropInterrupted(state)).toEqual({ kept: state, dropped: [] });
  });
});

describe("finding dynamic providers in the list of processes", () => {
  const script = "node_modules/@pulumi/pulumi/cmd/dynamic-provider/index.js";

  test("this project's ones are found with the port of their CLI, others are left alone", () => {
    const list = [
      `  812 node /home/me/recovery/${script} 127.0.0.1:45859`,
      `  813 node /home/me/other/${script} 127.0.0.1:45860`,
      `  814 /bin/sh /home/me/recovery/.pulumi/home/versions/3.250.0/bin/pulumi-resource-pulumi-nodejs 127.0.0.1:45859`,
      `  815 vi /home/me/recovery/${script}`,
      "",
    ].join("\n");
    expect(findProviders(list, "/home/me/recovery/node_modules")).toEqual([{ pid: 812, port: 45859 }]);
  });
});
