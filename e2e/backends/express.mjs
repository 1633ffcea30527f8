// An Express application that says which of its parts serves a request: `node express.mjs PORT`.
import express from "express";

const app = express();
const serving = (name) => (_request, response) => response.send(name);

for (const version of ["", "/v1"]) {
  app.use(`${version}/account/:id`, serving("account"));
  app.use(`${version}/closed`, serving("closed"));
  app.use(`${version}/public`, serving("public"));
}
app.use("/internal", serving("internal"));
app.use(["/app", "/settings"], serving("page"));
app.get("/health", serving("health"));
app.use((_request, response) => response.status(404).send("nothing"));

app.listen(Number(process.argv[2]), "127.0.0.1");
