/**
 * Takes a picture with the camera of this device, where the browser lets it; nothing is sent before that.
 */

import { byId } from "./elements.js";

const UNSEEN = "The camera was stopped, for this page was out of sight: start it again to take a picture.";
const WHERE = { audio: false, video: { facingMode: "environment", width: { ideal: 1024 } } };

/** A button that starts the camera, and then takes the picture. */
export class Camera {
  #button = byId("camera");
  #label = byId("camera-label");
  #video = byId("camera-view");
  #onTaken;
  #onRefused;
  #onFilming;
  /** @type {MediaStream | null} */
  #stream = null;
  #starting = 0;

  /** @param {(picture: File) => void} onTaken @param {(sentence: string) => void} onRefused @param {(filming: boolean) => void} onFilming whenever it starts or stops */
  constructor(onTaken, onRefused, onFilming) {
    this.#onTaken = onTaken;
    this.#onRefused = onRefused;
    this.#onFilming = onFilming;
    // Browsers give it to pages of this machine and of https alone.
    this.#button.hidden = !navigator.mediaDevices?.getUserMedia;
    this.#button.addEventListener("click", () => (this.#stream ? this.#take() : this.#start()));
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden || !this.isFilming) return;
      this.stop();
      this.#onRefused(UNSEEN);
    });
  }

  get isFilming() {
    return this.#stream !== null;
  }

  stop() {
    this.#starting += 1;
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    this.#video.srcObject = null;
    this.#show(false);
  }

  async #start() {
    this.#onRefused("");
    this.#starting += 1;
    const ticket = this.#starting;
    try {
      const stream = await navigator.mediaDevices.getUserMedia(WHERE);
      // Whoever left the tab while the browser asked, or looks elsewhere, is not filmed.
      if (ticket !== this.#starting || document.hidden) {
        for (const track of stream.getTracks()) track.stop();
        if (ticket === this.#starting) this.#onRefused(UNSEEN);
        return;
      }
      this.#stream = stream;
      this.#video.srcObject = stream;
      this.#show(true);
      await this.#video.play();
    } catch (error) {
      if (ticket !== this.#starting) return;
      this.stop();
      const name = /** @type {Error} */ (error).name;
      this.#onRefused(name === "NotAllowedError" ? "The browser does not let this page use the camera: allow it, or choose a picture." : "There is no camera that can be used: choose a picture.");
    }
  }

  async #take() {
    const { videoWidth: width, videoHeight: height } = this.#video;
    if (width === 0) return; // The first picture is still on its way.
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    canvas.getContext("2d")?.drawImage(this.#video, 0, 0);
    this.stop();
    const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", 0.92));
    if (blob) this.#onTaken(new File([blob], "photo.jpg", { type: "image/jpeg" }));
  }

  /** @param {boolean} filming */
  #show(filming) {
    this.#video.hidden = !filming;
    byId("label-drop").classList.toggle("is-filming", filming);
    this.#label.textContent = filming ? "Take the picture" : "Camera";
    this.#onFilming(filming);
  }
}
