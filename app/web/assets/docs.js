// The reference of the API, drawn from the element that names its OpenAPI document: <div data-openapi="/api/v1/openapi.json">.
import SwaggerUI from "swagger-ui-dist/swagger-ui-es-bundle.js";

// The viewer writes markup, which the pages' Content-Security-Policy refuses to any script without a policy.
// What it draws here is our own OpenAPI document only, and it sanitises the Markdown in it.
window.trustedTypes?.createPolicy("default", { createHTML: (markup) => markup });

const place = document.querySelector("[data-openapi]");
SwaggerUI({ domNode: place, url: place.dataset.openapi, deepLinking: true, validatorUrl: null });
