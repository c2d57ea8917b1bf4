"""What somebody would write for themselves with FastAPI, httpx and SQLite, in one worker: the
request checked, kept by its idempotency key before the provider is asked, and its answer kept after,
each in a commit that is on the disk when it returns (WAL, synchronous = FULL).

From the environment: PROVIDER, STORE, KEY_SHA256.
"""
import asyncio
import hashlib
import hmac
import json
import os
import secrets
from contextlib import asynccontextmanager
from typing import Annotated, Literal

import aiosqlite
import httpx
from fastapi import FastAPI, Header, HTTPException
from pydantic import BaseModel, Field

PROVIDER, API_KEY = os.environ["PROVIDER"], "k"


class Payer(BaseModel):
    name: str = Field(max_length=100)
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=100)
    phone: str = Field(pattern=r"^\+[0-9]{8,15}$")


class PayinRequest(BaseModel):
    merchant_reference: str = Field(min_length=1, max_length=64)
    amount: int = Field(ge=4000, le=1_500_000)
    currency: Literal["MXN"]
    method: Literal["spei"]
    description: str = Field(max_length=200)
    payer: Payer


@asynccontextmanager
async def lifespan(app):
    async with aiosqlite.connect(os.environ["STORE"]) as store, httpx.AsyncClient(
        limits=httpx.Limits(max_connections=256, max_keepalive_connections=256)
    ) as client:
        await store.executescript("""
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS payins (
              id TEXT PRIMARY KEY, key TEXT NOT NULL UNIQUE, reference TEXT NOT NULL UNIQUE,
              digest BLOB NOT NULL, status TEXT NOT NULL, order_number TEXT NOT NULL UNIQUE,
              request TEXT NOT NULL, answer TEXT);""")
        # One connection has one transaction at a time.
        app.state.store, app.state.client, app.state.turn = store, client, asyncio.Lock()
        yield


app = FastAPI(lifespan=lifespan)


async def commit(sql, *values):
    async with app.state.turn:
        await app.state.store.execute(sql, values)
        await app.state.store.commit()


async def ask_provider(number, request):
    body = json.dumps({
        "currency": "MXN", "payType": 69, "amount": request.amount // 100, "reusableStatus": False,
        "mchOrderNo": number, "expireTime": 259200, "nonceStr": secrets.token_hex(16),
        "notifyUrl": "http://127.0.0.1/callbacks/fast-main", "remark": request.description,
        "realName": request.payer.name, "phone": request.payer.phone,
        "email": request.payer.email}, separators=(",", ":")).encode()
    answer = await app.state.client.post(f"{PROVIDER}/api/payIn", content=body, headers={
        "Content-Type": "application/json", "MerchantId": "1",
        "Sign": hashlib.md5(body + API_KEY.encode()).hexdigest()})
    data = answer.raise_for_status().json()["data"]
    if data["mchOrderNo"] != number or int(data["amount"]) * 100 != request.amount:
        raise HTTPException(502)
    return data


@app.post("/v1/payins", status_code=201)
async def create(
    request: PayinRequest, authorization: Annotated[str, Header()],
    idempotency_key: Annotated[str, Header()],
):
    digest = hashlib.sha256(authorization.removeprefix("Bearer ").encode()).hexdigest()
    if not hmac.compare_digest(digest, os.environ["KEY_SHA256"]):
        raise HTTPException(401)
    text = request.model_dump_json()
    payin, number = "payin_" + secrets.token_hex(13), secrets.token_hex(13)
    try:
        await commit(
            "INSERT INTO payins VALUES (?, ?, ?, ?, 'processing', ?, ?, NULL)", payin,
            idempotency_key, request.merchant_reference, hashlib.sha256(text.encode()).digest(),
            number, text)
    except aiosqlite.IntegrityError:
        raise HTTPException(409) from None
    data = await ask_provider(number, request)
    answer = {
        "id": payin, "status": "pending", **request.model_dump(),
        "instructions": {"type": "spei", "clabe": data["payCode"]}}
    await commit(
        "UPDATE payins SET status = 'pending', answer = ? WHERE id = ?", json.dumps(answer), payin)
    return answer
