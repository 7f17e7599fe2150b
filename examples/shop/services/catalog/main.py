"""Catalog lists what there is to buy, with how many pieces are in stock."""

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

PRODUCTS = {"mug": "A mug", "shirt": "A shirt", "poster": "A poster"}

# Stock has its own namespace still.
stock = httpx.AsyncClient(base_url="http://stock.legacy:8080", timeout=2)


async def products(request):
    trace = {name: value for name, value in request.headers.items() if name == "traceparent"}
    try:
        answer = await stock.get("/stock", headers=trace)
        answer.raise_for_status()
        pieces = answer.json()
    except httpx.HTTPError:
        pieces = {}  # better a list without numbers than none
    return JSONResponse([{"sku": sku, "name": name, "pieces": pieces.get(sku)} for sku, name in PRODUCTS.items()])


async def ready(_):
    return Response()


if __name__ == "__main__":
    routes = [Route("/products", products), Route("/ready", ready)]
    # The sidecar keeps its connections: one that ends here just as it sends a request costs that request.
    uvicorn.run(Starlette(routes=routes), host="0.0.0.0", port=8080, timeout_keep_alive=3600, log_level="warning")
