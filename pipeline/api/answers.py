"""Answers that every address of this program gives alike."""

from collections.abc import Mapping

from fastapi.responses import JSONResponse


def failure(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """An error as every address of this program answers it: {"error": "<one sentence>"}."""
    return JSONResponse({"error": sentence}, status_code=status, headers=dict(headers or {}))


def unauthorized() -> JSONResponse:
    """401 without detail."""
    return failure(401, "unauthorized", {"WWW-Authenticate": "Bearer"})
