"use strict";
// Makes calls by a published package, as its documentation shows them, and prints what a program gets.
// Standard input: {"package": name, "address": "http://..", "key": "..", "calls": [[operation, argument, ..], ..]}.
// Standard output: for each call {"answer": ..} or {"error": {"name", "message", "code", "statusCode", "body"}}.
// An argument {"file": path} is opened as a stream.

const fs = require("fs");

const PACKAGES = {
  "@azure/cognitiveservices-imagesearch": (address, key) => {
    const { ImageSearchClient } = require("@azure/cognitiveservices-imagesearch");
    const { CognitiveServicesCredentials } = require("@azure/ms-rest-azure-js");
    const client = new ImageSearchClient(new CognitiveServicesCredentials(key), { endpoint: address });
    return (operation, ...given) => client.images[operation](...given);
  },
  "azure-cognitiveservices-imagesearch": (address, key) => {
    const { ImageSearchClient } = require("azure-cognitiveservices-imagesearch");
    const { CognitiveServicesCredentials } = require("ms-rest-azure");
    const client = new ImageSearchClient(new CognitiveServicesCredentials(key), { endpoint: address });
    return (operation, ...given) => client.imagesOperations[operation](...given);
  },
  "azure-cognitiveservices-visualsearch": (address, key) => {
    const { VisualSearchAPIClient } = require("azure-cognitiveservices-visualsearch");
    const { CognitiveServicesCredentials } = require("ms-rest-azure");
    const client = new VisualSearchAPIClient(new CognitiveServicesCredentials(key), `${address}/bing/v7.0`);
    return (operation, ...given) => client.images[operation](...given);
  },
  "node-bing-api": (address, key) => {
    const bing = require("node-bing-api")({ accKey: key, rootUri: address });
    return (operation, query, options) =>
      new Promise((resolve, reject) => {
        bing[operation](query, options, (error, response, body) => (error ? reject(error) : resolve(body)));
      });
  },
};

function opened(argument) {
  if (argument === null || typeof argument !== "object" || Array.isArray(argument)) return argument;
  if ("file" in argument) return fs.createReadStream(argument.file);
  return Object.fromEntries(Object.entries(argument).map(([name, value]) => [name, opened(value)]));
}

function told(error) {
  const { name, message, code, statusCode, body } = error;
  return { name, message, code, statusCode, body };
}

async function main() {
  const asked = JSON.parse(fs.readFileSync(0, "utf8"));
  const call = PACKAGES[asked.package](asked.address, asked.key);
  const results = [];
  for (const [operation, ...given] of asked.calls) {
    try {
      results.push({ answer: await call(operation, ...given.map(opened)) });
    } catch (error) {
      results.push({ error: told(error) });
    }
  }
  process.stdout.write(JSON.stringify(results));
}

main();
