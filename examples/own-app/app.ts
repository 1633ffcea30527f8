import { App } from "aws-cdk-lib";
import { OrdersStack } from "./orders-stack";

const app = new App();
new OrdersStack(app, "orders", {
  backendUrl: app.node.getContext("backendUrl"),
  sessionUrl: app.node.getContext("sessionUrl"),
  awsEndpointUrl: app.node.tryGetContext("awsEndpointUrl"),
});
