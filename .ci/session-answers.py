"""Prints the last whole answer of every turn of a session: its tokens and its text, and how often one began."""
import json, sys

answers, tokens, turn = {}, [], 0
for line in open(sys.argv[1] + "/events.jsonl", "rb"):
    if not line.endswith(b"\n"):
        break
    event = json.loads(line)
    if event["event"] == "answer started":
        turn, tokens = event["turn"], []
    elif event["event"] == "token":
        tokens.append(event["id"])
    elif event["event"] == "answer finished":
        answers[turn] = [tokens, event["text"]]
print(json.dumps(answers, sort_keys=True))
