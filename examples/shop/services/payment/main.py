"""Payment has the processor charge a card. The processor is outside the mesh, and knows a charge again by its key."""

import os

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

# Plain HTTP to the sidecar; the mesh's gateway speaks TLS to the processor.
processor = httpx.AsyncClient(base_url=os.environ["PROCESSOR_URL"], timeout=2)


async def charge(request):
    key = request.headers.get("idempotency-key")
    if not key:
        return Response("a charge has an Idempotency-Key", status_code=400)
    headers = {"Idempotency-Key": key, **{name: value for name, value in request.headers.items() if name == "traceparent"}}
    try:
        answer = await processor.post("/v1/charges", content=await request.body(), headers=headers)
        answer.raise_for_status()
    except httpx.HTTPError as error:
        return Response(f"processor: {error!r}", status_code=503)
    return JSONResponse(answer.json())


async def ready(_):
    return Response()


if __name__ == "__main__":
    routes = [Route("/charges", charge, methods=["POST"]), Route("/ready", ready)]
    # The sidecar keeps its connections: one that ends here just as it sends a request costs that request.
    uvicorn.run(Starlette(routes=routes), host="0.0.0.0", port=8080, timeout_keep_alive=3600, log_level="warning")
