import { once } from "node:events";
import http2 from "node:http2";
import type net from "node:net";
import grpc from "@grpc/grpc-js";
import engineService from "@pulumi/pulumi/proto/engine_grpc_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openEngineLink } from "../../provider/pulumi/engine-link.ts";

type LogCall = grpc.ServerUnaryCall<
  { toObject(): Record<string, unknown> },
  InstanceType<typeof empty.Empty>
>;

/** The part of Pulumi's engine that takes lines. */
let server: grpc.Server;
let lines: Record<string, unknown>[];
let link: ReturnType<typeof openEngineLink>;

beforeEach(async () => {
  lines = [];
  server = new grpc.Server();
  const log = (call: LogCall, answer: grpc.sendUnaryData<unknown>): void => {
    lines.push(call.request.toObject());
    answer(null, new empty.Empty());
  };
  server.addService(engineService.EngineService as unknown as grpc.ServiceDefinition, { log } as never);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  link = openEngineLink(`127.0.0.1:${port}`);
});

afterEach(() => {
  link.close();
  server.forceShutdown();
});

describe("openEngineLink", () => {
  test("lines arrive in order, under their resource, before `settled` resolves", async () => {
    link.tell("urn:1", "info", "disk os: 10 %", "passing");
    link.tell("urn:1", "warning", "x has drifted");
    link.tell("urn:2", "error", "it stopped");
    await link.settled();
    expect(lines).toEqual([
      { severity: 1, message: "disk os: 10 %", urn: "urn:1", streamid: 0, ephemeral: true },
      { severity: 2, message: "x has drifted", urn: "urn:1", streamid: 0, ephemeral: false },
      { severity: 3, message: "it stopped", urn: "urn:2", streamid: 0, ephemeral: false },
    ]);
  });

  test("tells when the engine is gone, and not before", async () => {
    link.tell("urn:1", "info", "hello");
    await link.settled();
    const first = await Promise.race([link.gone.then(() => "gone"), link.settled().then(() => "here")]);
    expect(first).toBe("here");
    server.forceShutdown();
    await link.gone;
  });

  test("takes nothing for an engine that only takes connections, or is another gRPC server", async () => {
    expect(await link.answers(Date.now() + 5000)).toBe(false);
    const web = http2.createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
    await once(web, "listening");
    const other = openEngineLink(`127.0.0.1:${(web.address() as net.AddressInfo).port}`);
    expect(await other.answers(Date.now() + 5000)).toBe(false);
    other.close();
    web.close();
  });
});
