"""The claim: one folder, whose files are its steps in the order in which they happen.

mutations/claim_reward.py     claimReward(input, idempotencyKey)
  claim/service.py            one deadline around all steps; settles a call that could not finish in time; counts refusals
    rate_limits.py            1. the user's rate limit, in Redis
    claim/lookups.py          2. a request under the same key ends here (a replay); an offer that is not there does too
    claim/eligibility.py      3. the events subgraph says whether the event is open and its rule is satisfied
    claim/batch.py            4. group commit: one transaction at a time for an offer, retried on conflict
      claim/decision.py       5. in the transaction's snapshot: slot, stock and budget decide each claim, in order of arrival
      claim/writes.py         6. points, code or badge, request, audit, outbox, and last the stock
  claim/results.py            what the steps answer, under the schema's names
"""
