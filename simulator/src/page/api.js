// The control API, and a word when something is refused.

export const segment = encodeURIComponent;

export async function call(path, body, method) {
  const options = body === undefined && !method ? {} : {
    method: method || "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body ?? {}),
  };
  const answer = await fetch("/control" + path, options);
  const value = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(value.error || "HTTP " + answer.status), { status: answer.status });
  return value;
}

let fading;
/** Shows a sentence for a while. */
export function notice(text, bad = false) {
  const box = document.getElementById("notice");
  box.textContent = text;
  box.dataset.bad = String(bad);
  box.hidden = false;
  clearTimeout(fading);
  fading = setTimeout(() => { box.hidden = true; }, 5000);
}

/** Does something that was asked for, and says so if it fails. */
export async function attempt(work) {
  try {
    return await work();
  } catch (error) {
    notice(error.message, true);
    return undefined;
  }
}

/** A file's bytes as base64. */
export function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result).replace(/^[^,]*,/, "")));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(file);
  });
}
