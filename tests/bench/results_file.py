"""What a benchmark measured, a line of JSON each, in a file that grows: it may be stopped at any time and goes on."""
import json


class ResultsFile:
    def __init__(self, path):
        self.path = path
        self.rows = [json.loads(line) for line in open(path)] if path.exists() else []

    def matching(self, **what):
        return [row for row in self.rows if what.items() <= row.items()]

    def add(self, row):
        self.rows.append(row)
        with open(self.path, "a") as file:
            print(json.dumps(row), file=file)
