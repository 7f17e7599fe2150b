"""Report prints what was sold so far, and ends."""

import httpx

# Tries a connection again: the job and its sidecar begin at the same time.
with httpx.Client(transport=httpx.HTTPTransport(retries=5), timeout=10) as client:
    answer = client.get("http://orders:8080/summary")
    answer.raise_for_status()
    print(answer.text)
