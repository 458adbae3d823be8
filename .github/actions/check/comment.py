"""Says the result of a check in a comment on the pull request: one comment, which is written anew by the next run.

A check that passes writes none, but corrects the one of a run that failed. Without leave to write, it says so and succeeds: the result
stands in the summary of the step.
"""

import http.client
import json
import os
import urllib.error
import urllib.request

PAGE = 100


def ask(method, path, body=None):
    """Calls GitHub, and gives what it answers."""
    request = urllib.request.Request(
        f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['TOKEN']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return json.load(answer)


def earlier(comments, marker):
    """The comment of an earlier run."""
    page = 1
    while True:
        found = ask("GET", f"{comments}?per_page={PAGE}&page={page}")
        for comment in found:
            if (comment.get("body") or "").startswith(marker):
                return comment
        if len(found) < PAGE:
            return None
        page += 1


def main():
    with open(os.path.join(os.environ["RUNNER_TEMP"], "heapproof.md"), encoding="utf-8") as file:
        result = file.read()
    # Without a result the command itself has failed, and the log says how.
    if os.environ["CODE"] not in ("0", "1") or not result:
        return
    name = "".join(c for c in os.environ["NAME"] if c.isalnum() or c in "-_. ")
    # Ends with a line, so that the marker of one name does not begin that of another.
    marker = f"<!-- heapproof check: {name} -->\n"
    comments = f"issues/{int(os.environ['NUMBER'])}/comments"
    try:
        before = earlier(comments, marker)
        if before is not None:
            ask("PATCH", f"issues/comments/{before['id']}", {"body": marker + result})
        elif os.environ["CODE"] == "1":
            ask("POST", comments, {"body": marker + result})
    except (urllib.error.URLError, http.client.HTTPException, OSError, ValueError) as error:
        print(f"::notice title=heapproof::No comment ({error}): the result stands in the summary of this step.")


main()
