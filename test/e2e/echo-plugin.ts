/**
 * A provider plugin that stands in for Azure: it takes what a program asks for, makes nothing, and says that all of it
 * is there. Nothing is there before: it reads nothing. With it a program of `@pulumi/azure-native` runs without Azure
 * and without its plugin of 200 MB.
 */
import grpc from "@grpc/grpc-js";
import pluginMessages from "@pulumi/pulumi/proto/plugin_pb.js";
import providerService from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import messages from "@pulumi/pulumi/proto/provider_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";

type Call<Request> = grpc.handleUnaryCall<Request, unknown>;

const answer =
  <Request>(make: (request: Request) => unknown): Call<Request> =>
  (call, done) =>
    done(null, make(call.request));

const unchanged = messages.DiffResponse.DiffChanges.DIFF_NONE;

const service = {
  getPluginInfo: answer(() => new pluginMessages.PluginInfo().setVersion("3.28.0")),
  checkConfig: answer((request: InstanceType<typeof messages.CheckRequest>) =>
    new messages.CheckResponse().setInputs(request.getNews()),
  ),
  diffConfig: answer(() => new messages.DiffResponse().setChanges(unchanged)),
  configure: answer(() => {
    const response = new messages.ConfigureResponse();
    response.setSupportspreview(true);
    return response;
  }),
  check: answer((request: InstanceType<typeof messages.CheckRequest>) =>
    new messages.CheckResponse().setInputs(request.getNews()),
  ),
  diff: answer(() => new messages.DiffResponse().setChanges(unchanged)),
  create: answer((request: InstanceType<typeof messages.CreateRequest>) => {
    const response = new messages.CreateResponse();
    response.setId(request.getPreview() ? "" : request.getUrn());
    response.setProperties(request.getProperties());
    return response;
  }),
  // Whoever asks who is logged in.
  invoke: answer(() => {
    const subscription = { subscriptionId: "11111111-2222-3333-4444-555555555555" };
    return new messages.InvokeResponse().setReturn(struct.Struct.fromJavaScript(subscription));
  }),
  delete: answer(() => new empty.Empty()),
  cancel: answer(() => new empty.Empty()),
};

const server = new grpc.Server();
server.addService(
  providerService.ResourceProviderService as unknown as grpc.ServiceDefinition,
  service as unknown as grpc.UntypedServiceImplementation,
);
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`${port}\n`);
});
